"""`swfgraph serve` as a process of its own, on a free loopback port, with its log; what its clients must never find in that log."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.scenarios.processes import PATIENCE, ROOT, command
from tests.service.serving import await_parked

COMPLAINTS = re.compile("warning|error|critical|traceback", re.IGNORECASE)

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    url: str
    process: subprocess.Popen[str]
    log_file: Path = field(repr=False)

    @property
    def port(self) -> int:
        port = urlsplit(self.url).port
        assert port is not None
        return port

    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8")

    def stop(self, *, polling: int = 0) -> None:
        """As SIGTERM does: parked polls are answered with nothing, so loops that end at an empty poll end.

        Not before so many loops poll: to one that comes later nobody answers, and boto asks again for minutes.
        """
        if polling:
            await_parked(self.url, polling)
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=PATIENCE) == 0, self.log()


@contextmanager
def serving(folder: Path, *, signed: bool = False) -> Iterator[Server]:
    """A service that is there for as long as the block lasts, then ends well, and has complained of nothing.

    `signed`: it answers only requests that are signed with KEY and SECRET.
    """
    folder.mkdir(parents=True, exist_ok=True)
    signing: list[str | Path] = []
    if signed:
        credentials = folder / "credentials.ini"
        credentials.write_text(f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n", encoding="utf-8")
        credentials.chmod(0o600)
        signing = ["--credentials", credentials]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    arguments = command("serve", "--db", folder / "swf.db", "--port", "0", "--json", *signing)
    with (
        (folder / "serve.log").open("wb") as log,
        subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=log, text=True, env=environment, cwd=folder) as process,
    ):
        assert process.stdout is not None
        try:
            announced = process.stdout.readline()
            assert announced, (folder / "serve.log").read_text(encoding="utf-8")
            server = Server(url=json.loads(announced)["url"], process=process, log_file=folder / "serve.log")
            yield server
            if process.poll() is None:
                server.stop()
            assert not COMPLAINTS.search(server.log()), server.log()
        finally:
            process.kill()
