"""The exit codes of the command, in one place. No logic. Imports nothing of swfgraph; imported by every module of the command."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    DONE = 0
    FAILED = 1
    """The workflow (or the check) failed."""
    USAGE = 2
    """The command was asked for something that makes no sense: unknown options, an input that doesn't fit, no such execution."""
    ENDPOINT = 3
    """The endpoint can't be reached or used."""
    BUG = 70
    """sysexits' EX_SOFTWARE: a bug in swfgraph, told apart from a workflow that failed."""
    INTERRUPTED = 130
    """Ctrl-C, as shells count it: 128 + SIGINT."""
    PIPE_CLOSED = 141
    """Whoever read our output went away (`| head`): 128 + SIGPIPE."""
    TERMINATED = 143
    """Asked to stop before the end: 128 + SIGTERM."""
