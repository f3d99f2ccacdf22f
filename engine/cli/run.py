"""`swfgraph run`: everything in one process, watched until it has ended."""

from __future__ import annotations

import math
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Any, Final, TypeAlias

import click

from engine.cli.children import Family, family_of, left_open
from engine.cli.endpoint import claims_of, endpoint
from engine.cli.exits import Exit
from engine.cli.functions import load_functions
from engine.cli.options import Common, at, input_option, run_specs_argument, spec_data_command
from engine.cli.output import note
from engine.cli.progress import Watch, watching
from engine.cli.result import report_result
from engine.cli.specs import load, load_all
from engine.cli.start import input_value, start_options
from engine.errors import UsageError
from engine.graph.plan import Plan
from engine.interpreter.view import RunView
from engine.runtime.decider import DeciderSettings
from engine.runtime.embedded import EmbeddedSettings, resume_here, run_here
from engine.runtime.reading.executions import find, parse_info
from engine.runtime.start import Started
from engine.runtime.worker import WorkerSettings
from engine.swf.client import Client
from engine.swf.paging import paged


@click.command("run")
@run_specs_argument
@input_option
@click.option("--workflow-id", default="", metavar="ID", help="[default: made from the workflow's name and the time]")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A tag, besides the spec's. Repeatable, at most 5 in all.")
@click.option(
    "--lambda",
    "functions",
    multiple=True,
    metavar="NAME=MODULE:FUNCTION",
    help="Run this handler(event, context) where a node names the Lambda function NAME. Repeatable.",
)
@click.option("--resume", default="", metavar="WORKFLOW_ID", help="Go on with an execution that was interrupted, instead of a new one.")
@click.option(
    "--concurrency", type=click.IntRange(min=1), default=10, show_default=True, metavar="N", help="Activities at once, per task list."
)
@click.option(
    "--grace",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="On Ctrl-C: how long running activities may go on. A second Ctrl-C cuts that short.",
)
@spec_data_command
def command(common: Common, specs: tuple[Path, ...], **given: Any) -> Exit:
    """Run a spec's workflow here and now: register, start, decide and work in one process, and show how it goes.

    The first spec is what is run. The specs of child workflows are taken from the others, else from the *.json files beside the first
    one, and run in this process too.

    The output goes to stdout, everything else to stderr; with --json one object with all of it goes to stdout. The exit code is 0
    if the execution has completed, 1 if it ended otherwise.

    The state is in the database (.swfgraph/swf.db, unless told otherwise). Ctrl-C, a crash, a power cut: `--resume` goes on from
    there, and so would `swfgraph decider` and `swfgraph worker`. An activity that was cut short counts as failed; whether it is
    tried again is for its `retry` to say.

    \b
    Examples:
      swfgraph run fruit.json
      swfgraph run order.json --input '{"order": 17}' | jq .total
      swfgraph run --resume Demo order.json
      swfgraph run trip.json flight.json --lambda price=prices:look_up
    """
    plan = load(specs[0], common)
    family = family_of(plan, load_all(specs[1:], common) if specs[1:] else [])
    _mention_unknown(common, family)
    settings = replace(_settings(given), others=family.children, claims=claims_of(common))
    begin = _resumed(given) if given["resume"] else _begun(given)
    stop = Stop()
    sys.setswitchinterval(SWITCH_SECONDS)
    with endpoint(common, load_functions(given["functions"])) as client:
        _mention_others(common, client, plan, given["resume"])
        try:
            with watching(common, plan) as watch, stop.heard_by(watch, given["grace"]):
                begin(client, plan, settings, watch)
            _mention_children(common, client, plan, watch)
        except KeyboardInterrupt:
            _say_how_to_go_on(common, specs, watch, given)
            return stop.code
    return report_result(common, plan, watch)


SWITCH_SECONDS: Final = 0.0005
"""How long one thread may keep the others from running: service, decider and worker share this process here, and each comes back from
SQLite and from system calls a dozen times per activity. Python's own 5 ms make them wait for each other.
"""

ECHO: Final = 0.2
"""Seconds in which a second signal is the first one again: from the terminal, and from a parent process that passes it on."""

Begin: TypeAlias = Callable[[Client, Plan, EmbeddedSettings, Watch], RunView]


def _begun(given: dict[str, Any]) -> Begin:
    value = input_value(given["given_input"])
    return lambda client, plan, settings, watch: run_here(client, plan, value, settings, watch)


def _resumed(given: dict[str, Any]) -> Begin:
    if given["given_input"] is not None or given["workflow_id"] or given["tags"]:
        raise UsageError("--resume goes on with an execution that has its input, workflowId and tags already: leave those options out")

    def begin(client: Client, plan: Plan, settings: EmbeddedSettings, watch: Watch) -> RunView:
        found = find(client, plan.spec.domain, given["resume"], "")
        execution = Started(domain=found.domain, workflow_id=found.workflow_id, run_id=found.run_id)
        return resume_here(client, plan, execution, settings, watch)

    return begin


def _settings(given: dict[str, Any]) -> EmbeddedSettings:
    return EmbeddedSettings(
        options=start_options(given),
        decider=DeciderSettings(),
        worker=WorkerSettings(concurrency=given["concurrency"], grace=given["grace"]),
        grace=given["grace"],
    )


def _mention_unknown(common: Common, family: Family) -> None:
    if family.unknown and not common.quiet:
        named = "; ".join(family.unknown)
        note(f"note: no spec that was given, or that lies beside the first one, is of {named}: nothing here decides such children")


def _mention_others(common: Common, client: Client, plan: Plan, ours: str) -> None:
    """Interrupted ones of the same workflow have the same task list: they go on too, which might surprise."""
    if common.json or common.quiet or not common.url.startswith("sqlite:"):
        return
    names = [one["name"] for one in paged(client, "ListDomains", {"registrationStatus": "REGISTERED"}, "domainInfos")]
    if plan.spec.domain not in names:
        return
    request = {
        "domain": plan.spec.domain,
        "startTimeFilter": {"oldestDate": 0.0},
        "typeFilter": {"name": plan.spec.name, "version": plan.spec.version},
    }
    infos = map(parse_info, paged(client, "ListOpenWorkflowExecutions", request, "executionInfos"))
    others = [info.workflow_id for info in infos if info.workflow_id != ours]
    if others:
        named = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
        note(f"note: still open from before, and going on while this runs: {named} (`swfgraph terminate ID` ends one)")


def _mention_children(common: Common, client: Client, plan: Plan, watch: Watch) -> None:
    _, view = watch.seen[0]
    left = [] if common.quiet else left_open(client, plan, view)
    if left:
        named = ", ".join(left[:3]) + (f" and {len(left) - 3} more" if len(left) > 3 else "")
        note(f"note: children that are still open: {named} (`swfgraph run --resume ID CHILD_SPEC` goes on with one, `terminate` ends it)")


@dataclass(slots=True)
class Stop:
    """What Ctrl-C and SIGTERM do here: say that it stops, then KeyboardInterrupt; `run_here` winds up."""

    code: Exit = field(default=Exit.INTERRUPTED)
    at: float = field(default=-math.inf)

    @contextmanager
    def heard_by(self, watch: Watch, grace: float) -> Iterator[None]:
        def handle(number: int, _frame: FrameType | None) -> None:
            before, self.at = self.at, time.monotonic()
            if self.at - before < ECHO:
                return
            if number == signal.SIGTERM:
                self.code = Exit.TERMINATED
            watch.announce(f"stopping: what runs gets up to {grace:g} s to finish; Ctrl-C again stops it at once")
            raise KeyboardInterrupt

        before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, old in before.items():
                signal.signal(number, old)


def _say_how_to_go_on(common: Common, specs: tuple[Path, ...], watch: Watch, given: dict[str, Any]) -> None:
    if not watch.seen:
        return
    execution, _ = watch.seen[0]
    again = shlex.join(["swfgraph", "run", "--resume", execution.workflow_id, *at(common), *_lambdas(given), *map(str, specs)])
    note(f"stopped; the execution {execution.workflow_id} is still open, and nothing of it is lost. To go on:\n  {again}")


def _lambdas(given: dict[str, Any]) -> list[str]:
    return [word for one in given["functions"] for word in ("--lambda", one)]
