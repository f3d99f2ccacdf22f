"""The `swfgraph` command: one table of subcommands, each imported when it is called for, and what becomes of errors.

`swfgraph --help` imports click and this module only: the table holds the one-line helps. Commands return their exit code.
This is the one place that catches everything. Imports `problems` and `exits`; imported by the entry point only.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from engine.cli import problems
from engine.cli.exits import Exit


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Where a subcommand lives (`module.command` is its click command), and its line in `swfgraph --help`."""

    module: str
    help: str


SECTIONS: Mapping[str, Mapping[str, Entry]] = {
    "Specs": {
        "check": Entry(module="engine.cli.check", help="Find every mistake in specs, with its place in the file."),
        "render": Entry(module="engine.cli.render", help="Draw a spec: DOT, SVG, PNG, PDF or Mermaid."),
    },
    "Run": {
        "run": Entry(module="engine.cli.run", help="Do it all here: register, start, decide, work, show it live."),
        "serve": Entry(module="engine.cli.serve", help="Serve the SWF API over HTTP from one database file."),
        "register": Entry(module="engine.cli.register", help="Register the domain and the types that specs name."),
        "start": Entry(module="engine.cli.start", help="Start an execution of a spec's workflow."),
        "decider": Entry(module="engine.cli.decider", help="Make the decisions of specs' workflows."),
        "worker": Entry(module="engine.cli.worker", help="Run the activities of specs."),
    },
    "Look": {
        "status": Entry(module="engine.cli.status", help="Where an execution stands, node by node."),
        "list": Entry(module="engine.cli.listing", help="List executions."),
        "describe": Entry(module="engine.cli.describe", help="An execution's configuration and counts."),
        "history": Entry(module="engine.cli.history", help="The events of an execution."),
    },
    "Steer": {
        "signal": Entry(module="engine.cli.signal", help="Send a signal to an execution."),
        "cancel": Entry(module="engine.cli.cancel", help="Ask an execution to cancel."),
        "terminate": Entry(module="engine.cli.terminate", help="End an execution at once."),
    },
}

COMMANDS: Mapping[str, Entry] = {name: entry for section in SECTIONS.values() for name, entry in section.items()}


class ReaderLeft(Exception):
    """Whoever read our output closed the pipe. (click would make its own end of a BrokenPipeError.)"""


class LazyGroup(click.Group):
    """A group whose commands are imported by name; its help is written from the table, without importing any."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderLeft from error

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = importlib.import_module(entry.module).command
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.module}.command is not a click command")
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            raise click.UsageError(f"there is no command {args[0]!r}{problems.did_you_mean(args[0], COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        width = max(map(len, COMMANDS))
        for title, entries in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), entry.help) for name, entry in entries.items()])


def _show_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's signature
    if not wanted or ctx.resilient_parsing:
        return
    metadata = importlib.import_module("importlib.metadata")  # 10 ms that no other command needs
    try:
        version = metadata.version("swfgraph")
    except metadata.PackageNotFoundError:
        version = "(a source tree, not installed)"
    click.echo(f"swfgraph {version}")
    ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 done, 1 the workflow (or the check) failed, 2 wrong usage, 3 the endpoint can't be reached or used, "
    "130 interrupted. Every command explains itself: swfgraph COMMAND --help. Completion for bash (zsh and fish alike): "
    'eval "$(_SWFGRAPH_COMPLETE=bash_source swfgraph)".',
)
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_show_version, help="Show the version and exit.")
def root() -> None:
    """Draw the flowchart in JSON; run it, durably.

    \b
      swfgraph check fruit.json            is the spec right?
      swfgraph render fruit.json -o f.svg  what does it look like?
      swfgraph run fruit.json              run it, here and now
    """


def invoke(arguments: Sequence[str]) -> int:
    """Run one command line to its exit code; errors are printed, nothing is raised."""
    as_json = "--json" in arguments
    try:
        code = root.main(args=list(arguments), prog_name="swfgraph", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, click.Abort):
        return Exit.INTERRUPTED
    except (ReaderLeft, BrokenPipeError):
        return _reader_left()
    except Exception as error:  # noqa: BLE001 - the outermost frame: what is not ours is a bug, and is shown as one
        return problems.report(error, as_json=as_json)
    return code if isinstance(code, int) else Exit.DONE


def _reader_left() -> int:
    """`| head` closed the pipe: say nothing, neither now nor when the interpreter flushes at exit."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    return Exit.PIPE_CLOSED


def main() -> None:
    sys.exit(invoke(sys.argv[1:]))


if __name__ == "__main__":
    main()
