"""The `command` handler: an activity is a program, started as an argument list, never through a shell.

The program's end becomes the outcome here: stdout (or a file) the result, a non-zero exit `ExitCode.N`, a signal `Signal.NAME`,
the tail of stderr the details. What program is run comes from the spec alone; the wire only fills in arguments that the spec's
author left open. Imports `process`, `output`, `scope`, `runtime.task` and `spec`.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shlex
import signal
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from engine.errors import ExpressionError
from engine.runtime.handlers.output import result_of_text
from engine.runtime.handlers.process import STDOUT_LIMIT, Exit, Program, run_program
from engine.runtime.handlers.scope import render_text
from engine.runtime.task import Completed, Failed, Job, Leash, Outcome, stopped
from engine.spec.model import ABSENT, Absent, CommandRun, FileOutput

log = logging.getLogger(__name__)

ENVIRONMENT_INPUT_LIMIT: Final = 32_768
"""Bytes of input that still go into SWFGRAPH_INPUT: Linux allows 131,072 in one variable, and all of them share the stack."""

_LOGGED: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandHandler:
    run_as: CommandRun
    output: FileOutput | Literal[Absent.ABSENT]
    folder: Path
    grace: float
    """Seconds between TERM and KILL when it has to leash."""

    def run(self, job: Job, leash: Leash) -> Outcome:
        try:
            argv = [render_text(argument, job) for argument in self.run_as.argv]
        except ExpressionError as error:
            return Failed(reason=f"Expression.{error.code}", details=f"an argument of {job.activity}: {error}")
        log.info("Execute %s with command: %s", job.activity, shlex.join(argv)[:_LOGGED], extra=job.address)
        program = Program(
            argv=argv,
            folder=self.folder,
            environment={**os.environ, **self.run_as.environment, **task_environment(job)},
            stdin=job.input.encode("utf-8", "surrogatepass"),
            grace=self.grace,
            stdout_limit=max(STDOUT_LIMIT, job.longest),
        )
        try:
            ended = run_program(program, leash, lambda line: log.info("%s stderr: %s", job.activity, line, extra=job.address))
        except (OSError, ValueError) as error:
            return not_started(error, argv[0], self.folder)
        return self._outcome(ended, job, leash, argv[0])

    def _outcome(self, ended: Exit, job: Job, leash: Leash, name: str) -> Outcome:
        if ended.stopped and leash.why is not ABSENT:
            return stopped(leash.why)
        if ended.code != 0:
            return failure(ended, name)
        if job.token:
            return Completed()
        if self.output is ABSENT:
            return result_of_text(ended.stdout, complete=ended.stdout_complete, what="stdout", longest=job.longest)
        try:
            path = self.folder / render_text(self.output.path, job)
        except ExpressionError as error:
            return Failed(reason=f"Expression.{error.code}", details=f"the output file of {job.activity}: {error}")
        return _file_result(path, job.longest)


def task_environment(job: Job) -> Mapping[str, str]:
    """The SWFGRAPH_* variables of one task. Without input there is no SWFGRAPH_INPUT; nor where it is too large for one.

    SWFGRAPH_ITEM is the index of the item, where the node has items; SWFGRAPH_TASK_TOKEN is there where others answer.
    """
    environment = {
        "SWFGRAPH_ACTIVITY_ID": job.activity_id,
        "SWFGRAPH_ACTIVITY_TYPE": job.activity,
        "SWFGRAPH_WORKFLOW_ID": job.workflow_id,
        "SWFGRAPH_RUN_ID": job.run_id,
        "SWFGRAPH_DOMAIN": job.domain,
        "SWFGRAPH_TASK_LIST": job.task_list,
        "SWFGRAPH_NODE": job.node,
        "SWFGRAPH_ATTEMPT": str(job.attempt),
    }
    if job.item is not ABSENT:
        environment["SWFGRAPH_ITEM"] = str(job.item)
    if job.token:
        environment["SWFGRAPH_TASK_TOKEN"] = job.token
    if job.input and _fits_a_variable(job.input):
        environment["SWFGRAPH_INPUT"] = job.input
    return environment


def _fits_a_variable(text: str) -> bool:
    if "\0" in text or len(text) > ENVIRONMENT_INPUT_LIMIT:
        return False
    with contextlib.suppress(UnicodeEncodeError):
        return len(text.encode()) <= ENVIRONMENT_INPUT_LIMIT
    return False


def failure(ended: Exit, name: str) -> Failed:
    """A program that ended badly. Its stderr is the details; one that said nothing is described."""
    reason, what = _reason(ended.code)
    said = ended.stderr.decode("utf-8", "replace").strip()
    return Failed(reason=reason, details=said or f"{name} {what} and wrote nothing to stderr")


def _reason(code: int) -> tuple[str, str]:
    if code > 0:
        return f"ExitCode.{code}", f"ended with exit code {code}"
    try:
        name = signal.Signals(-code).name.removeprefix("SIG")
    except ValueError:  # real-time signals between RTMIN and RTMAX have no names
        name = str(-code)
    return f"Signal.{name}", f"was ended by the signal {name}"


def not_started(error: OSError | ValueError, name: str, folder: Path) -> Failed:
    if not folder.is_dir():
        return Failed(reason="Command.NotFound", details=f"the spec's folder {folder}, the working directory of {name}, is gone")
    code = error.errno if isinstance(error, OSError) else 0
    match code:
        case errno.ENOENT:
            hint = f"no such program: looked for in PATH, or below {folder.absolute()} if the name has a slash (or its #! names no program)"
            return Failed(reason="Command.NotFound", details=f"{name}: {hint}")
        case errno.EACCES | errno.ENOEXEC:
            hint = "it is there, but not executable: chmod +x it, give it a #! line, or put its interpreter first in the command"
            return Failed(reason="Command.NotExecutable", details=f"{name}: {hint}")
        case errno.E2BIG:
            return Failed(reason="Command.NotStarted", details=f"{name}: its arguments are too long; read the input from stdin instead")
        case _:
            return Failed(reason="Command.NotStarted", details=f"{name}: {error}")


def _file_result(path: Path, longest: int) -> Completed | Failed:
    most = max(STDOUT_LIMIT, longest)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return Failed(reason="Output.Missing", details=f"{path} is no regular file")
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except (OSError, ValueError) as error:
        return Failed(reason="Output.Missing", details=f"the command ended well, but its output file can't be read: {error}")
    return result_of_text(raw[:most], complete=len(raw) <= most, what=str(path), longest=longest)
