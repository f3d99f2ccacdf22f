"""Markdown pages whose commands are run: their shell blocks, what a block must print, and how a page is played through in one bash.

A block is ```sh. What follows that word on the fence says more: `background` (it is started, and ended with the page), `exit N` (the
block's last command must end with N), `shown` (it is not run). A ```text block right behind a shell block is its output on stdout, in
which … stands for anything.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final

from tests.cli.command import ROOT, environment

FENCE: Final = re.compile(r"^```(?P<kind>\w*) *(?P<more>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
DONE: Final = "@@done"
PATIENCE: Final = 540.0
"""Seconds for a page: some start thirty processes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    line: int
    script: str
    background: bool
    code: int
    output: str | None


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = list(FENCE.finditer(text))
    return [
        _block(text, fence, after)
        for fence, after in zip_longest(found, found[1:])
        if fence["kind"] == "sh" and fence["more"].strip() != "shown"
    ]


def _block(text: str, fence: re.Match[str], after: re.Match[str] | None) -> Block:
    more = fence["more"].split()
    unknown = set(more) - {"background", "exit"} - {word for word in more if word.isdigit()}
    assert not unknown, f"what is {unknown} on the fence?"
    told = after is not None and after["kind"] == "text" and not text[fence.end() : after.start()].strip()
    return Block(
        line=text.count("\n", 0, fence.start()) + 1,
        script=fence["body"],
        background="background" in more,
        code=int(more[-1]) if "exit" in more else 0,
        output=after["body"] if told and after is not None else None,
    )


def play(page: Path, folder: Path, port: int) -> None:
    """Run every block of the page in one bash, in `folder`. Raises: AssertionError at the first that is not as the page says."""
    wanted = blocks(page)
    script = "\n".join(["set -eo pipefail", *(_step(number, block, port) for number, block in enumerate(wanted))])
    bash = subprocess.Popen(
        ["bash", "--norc", "-c", script], cwd=folder, env=_environment(folder), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        out, err = bash.communicate(timeout=PATIENCE)
    finally:
        _end(bash.pid)
    parts = re.split(rf"^{DONE} (\d+)\n", out, flags=re.MULTILINE)
    for number, block in enumerate(wanted):
        place = f"{page.name}:{block.line}"
        assert len(parts) > 2 * number + 1, f"{place}: a command failed\n{block.script}\n{parts[2 * number]}\n{err[-3000:]}"
        said, code = parts[2 * number], int(parts[2 * number + 1])
        assert code == block.code, f"{place}: exit code {code}, not {block.code}\n{block.script}\n{said}\n{err[-3000:]}"
        if block.output is not None:
            assert _fits(block.output, said), f"{place}: prints\n{said}\nand not\n{block.output}\n{err[-3000:]}"


def _step(number: int, block: Block, port: int) -> str:
    script = block.script.replace("4510", str(port)).replace("swfgraph serve", f"swfgraph serve --port {port}")
    if block.background:
        waiting = f"until curl -fs http://127.0.0.1:{port}/healthz >/dev/null; do sleep 0.1; done"
        return f"({script}) >background.log 2>&1 &\n{waiting}\necho '{DONE} 0'"
    if block.code:
        return f"set +e\n{script}\nprintf '{DONE} %s\\n' $?\nset -e"
    return f"{script}\necho '{DONE} 0'"


def _environment(folder: Path) -> dict[str, str]:
    commands = folder / ".commands"
    commands.mkdir(exist_ok=True)
    for name in ("swfgraph", "python3"):
        program = f"{shlex.quote(sys.executable)}{' -m engine.cli.main' if name == 'swfgraph' else ''}"
        (commands / name).write_text(f'#!/bin/sh\nexec {program} "$@"\n', encoding="utf-8")
        (commands / name).chmod(0o755)
    return environment(PATH=f"{commands}{os.pathsep}{os.environ['PATH']}", PYTHONPATH=str(ROOT))


def _fits(expected: str, said: str) -> bool:
    pattern = ".*?".join(re.escape(part) for part in expected.strip().split("…"))
    return re.fullmatch(pattern, said.strip(), re.DOTALL) is not None


def _end(group: int) -> None:
    """What the page has started in the background, too: bash leads a session of its own."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
