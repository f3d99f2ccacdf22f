"""The `swfgraph` command: one table of subcommands, each imported when it is called for, and what becomes of errors.

`swfgraph --help` imports click and this module only: the table holds the one-line helps. Commands return their exit code.
This is the one place that catches everything. Imports `groups`, `problems` and `exits`; imported by the entry point only.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Mapping, Sequence

import click

from engine.cli import problems
from engine.cli.exits import Exit
from engine.cli.groups import Entry, LazyGroup, ReaderLeft

SECTIONS: Mapping[str, Mapping[str, Entry]] = {
    "Specs": {
        "init": Entry(module="engine.cli.init", help="Begin a project: a spec, scripts, tests, editor settings."),
        "check": Entry(module="engine.cli.check", help="Find every mistake in specs, with its place in the file."),
        "render": Entry(module="engine.cli.render", help="Draw a spec: DOT, SVG, PNG, PDF or Mermaid."),
        "import": Entry(module="engine.cli.import_", help="Import a state machine of Amazon States Language as a spec."),
        "export": Entry(module="engine.cli.export", help="Export a spec as a state machine of Amazon States Language."),
        "test": Entry(module="engine.cli.test", help="Play specs' scenarios in virtual time: are they as expected?"),
    },
    "Run": {
        "run": Entry(module="engine.cli.run", help="Do it all here: register, start, decide, work, show it live."),
        "up": Entry(module="engine.cli.up", help="Keep it all going: register, decide, work, by the clock, with alerts."),
        "serve": Entry(module="engine.cli.serve", help="Serve the SWF API over HTTP from one database file, and the console."),
        "console": Entry(module="engine.cli.console", help="Serve the web console for any SWF endpoint."),
        "register": Entry(module="engine.cli.register", help="Register the domain and the types that specs name."),
        "start": Entry(module="engine.cli.start", help="Start an execution of a spec's workflow."),
        "decider": Entry(module="engine.cli.decider", help="Make the decisions of specs' workflows."),
        "worker": Entry(module="engine.cli.worker", help="Run the activities of specs."),
        "schedule": Entry(module="engine.cli.schedule", help="Start executions by the clock: run, list, pause, backfill."),
        "alerts": Entry(module="engine.cli.alerts", help="Tell people when executions fail, time out, are late."),
    },
    "Look": {
        "status": Entry(module="engine.cli.status", help="Where an execution stands, node by node."),
        "watch": Entry(module="engine.cli.watch", help="Watch an execution as it goes on."),
        "list": Entry(module="engine.cli.listing", help="List executions."),
        "describe": Entry(module="engine.cli.describe", help="An execution's configuration and counts."),
        "history": Entry(module="engine.cli.history", help="The events of an execution."),
    },
    "Steer": {
        "signal": Entry(module="engine.cli.signal", help="Send a signal to an execution."),
        "task": Entry(module="engine.cli.task", help="Answer an activity task from anywhere, with its token."),
        "cancel": Entry(module="engine.cli.cancel", help="Ask an execution to cancel."),
        "retry": Entry(module="engine.cli.retry", help="Start a closed execution again, from where it failed."),
        "terminate": Entry(module="engine.cli.terminate", help="End an execution at once."),
    },
    "Operate": {
        "payloads": Entry(module="engine.cli.payloads", help="Sweep the store of payloads that are too long for SWF."),
        "db": Entry(module="engine.cli.db", help="Back up, check, export, import, vacuum a database file."),
        "completion": Entry(module="engine.cli.completion", help="The completion script of bash, zsh or fish."),
    },
}


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
    sections=SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 done, 1 the workflow (or the check) failed, 2 wrong usage, 3 the endpoint can't be reached or used, "
    "130 interrupted. Every command explains itself: swfgraph COMMAND --help. Completion: "
    'eval "$(swfgraph completion bash)"; zsh and fish alike.',
)
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_show_version, help="Show the version and exit.")
def root() -> None:
    """Draw the flowchart in JSON; run it, durably.

    \b
      swfgraph check fruit.json            is the spec right?
      swfgraph render fruit.json -o f.svg  what does it look like?
      swfgraph test fruit.json             does it do what it should?
      swfgraph run fruit.json              run it, here and now
    """


COMMANDS = root.entries
"""Every subcommand by name."""


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
    gc.set_threshold(50_000)  # to read and check a large spec makes values by the hundred thousand, all to stay: no need to look so often
    sys.exit(invoke(sys.argv[1:]))


if __name__ == "__main__":
    main()
