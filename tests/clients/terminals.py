"""Terminals, as the tutorial has them: `python -i program.py`, lines typed into it, and what it prints."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.clients.serving import KEY, SECRET, Server
from tests.scenarios.processes import PATIENCE

PROGRAMS = Path(__file__).parent / "tutorial"
IMPORT = "import boto.swf.layer2 as swf"

CONFIGURATION = """
[Boto]
is_secure = False
num_retries = 0
endpoints_path = {endpoints}
[Credentials]
aws_access_key_id = {key}
aws_secret_access_key = {secret}
s3_port = {port}
"""
"""boto's: the address, and nothing else. (The port of any AWS service is called s3_port there.)"""


class Terminal:
    """One interactive Python. Killed at the end of the block, if it still runs."""

    def __init__(self, arguments: Sequence[str | Path], environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            arguments,
            cwd=PROGRAMS,
            env={**os.environ, **environment, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def type(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def value(self, expression: str) -> Any:
        """What it shows of the expression."""
        self.type(expression)
        shown = self.read_line()
        assert not shown.startswith("Traceback"), shown + self.close()
        return ast.literal_eval(shown)

    def read_line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().replace(">>> ", "").replace("... ", "")

    def close(self) -> str:
        """Type the end of input, wait for the end, and give what has been printed and not been read."""
        printed, _ = self._process.communicate(timeout=PATIENCE)
        assert self._process.returncode == 0, printed
        return printed.replace(">>> ", "").replace("... ", "").strip("\n")


class Desk:
    """Opens terminals with boto in them, told where the service is by boto's own configuration file."""

    def __init__(self, python: Path, folder: Path, server: Server, terminals: ExitStack) -> None:
        self._python = python
        self._terminals = terminals
        endpoints, configuration = folder / "endpoints.json", folder / "boto.cfg"
        endpoints.write_text('{"swf": {"us-east-1": "127.0.0.1"}}', encoding="utf-8")
        text = CONFIGURATION.format(endpoints=endpoints, key=KEY, secret=SECRET, port=server.port)
        configuration.write_text(text, encoding="utf-8")
        self._environment = {"BOTO_CONFIG": str(configuration)}

    def open(self, program: str = "") -> Terminal:
        """`python -i`, with a program of the tutorial's that has run, or bare."""
        # Quiet about what boto 2 does that newer Pythons warn of; no banner.
        arguments: list[str | Path] = [self._python, "-W", "ignore", "-q", "-i", *([PROGRAMS / program] if program else [])]
        terminal = Terminal(arguments, self._environment)
        if not program:
            terminal.type(IMPORT)
        return self._terminals.enter_context(terminal)

    def loop(self, program: str, actor: str) -> Terminal:
        """A program whose actor works until a poll finds nothing."""
        terminal = self.open(program)
        terminal.type(f"while {actor}().run(): pass\n")
        return terminal


@contextmanager
def desk(python: Path, folder: Path, server: Server) -> Iterator[Desk]:
    with ExitStack() as terminals:
        yield Desk(python, folder, server, terminals)
