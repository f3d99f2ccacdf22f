"""The end of a run that was watched: its output on stdout, or why there is none, and the exit code.

Imports `picture`, `closing`, `interpreter.view`; imported by the commands run and start.
"""

from __future__ import annotations

import shlex
import sys
from typing import Any

import click

from engine.cli.colours import colour_of
from engine.cli.exits import Exit
from engine.cli.options import Common, at
from engine.cli.output import hint, print_json, print_value
from engine.cli.picture import picture
from engine.cli.problems import style
from engine.cli.progress import Watch
from engine.cli.rows import Look
from engine.graph.plan import Plan
from engine.interpreter.view import NodeView, RunView
from engine.runtime.reading import moments
from engine.runtime.reading.closing import Closing, closing_lines, value_of
from engine.runtime.start import Started
from engine.spec.model import ABSENT


def report_result(common: Common, plan: Plan, watch: Watch) -> Exit:
    """Of an execution that has closed; its close event was the last thing the watch has seen."""
    execution, view = watch.seen[0]
    outcome = view.outcome
    if outcome is ABSENT:
        raise AssertionError(f"{execution.workflow_id} is followed to its end, but open")
    closing = Closing(
        status=str(outcome.status),
        at=outcome.time,
        output=None if outcome.result is ABSENT else outcome.result,
        reason=outcome.reason,
        details=value_of(outcome.details or None),
        compensation=view.compensation,
    )
    if common.json:
        print_json(_json(plan, execution, view, closing))
    else:
        if not common.quiet or not closing.completed:
            _tell(plan, watch, closing)
        if outcome.result is not ABSENT:
            print_value(outcome.result)
        if not closing.completed:
            again = ["swfgraph", "retry", execution.workflow_id, "--spec", plan.spec.file, "--domain", execution.domain, *at(common)]
            hint(f"again, from where it failed: {shlex.join(again)}")
    return Exit.DONE if closing.completed else Exit.FAILED


def _tell(plan: Plan, watch: Watch, closing: Closing) -> None:
    took = moments.span(closing.at - (watch.begun or closing.at))
    took = f"in {took}" if closing.completed else f"after {took}"
    took += f" and {watch.runs} runs" if watch.runs > 1 else ""
    status = closing.status.lower().replace("_", " ")
    if sys.stderr.isatty():
        status = style(status, colour_of(closing.status), bold=True)
    head, *rest = [*closing_lines(closing), ""]
    click.echo(f"{plan.spec.name} {status} {took}{': ' if head else ''}{head}", err=True)
    for line in filter(None, rest):
        click.echo(f"  {line}", err=True)


def _json(plan: Plan, execution: Started, view: RunView, closing: Closing) -> dict[str, Any]:
    return {
        "domain": execution.domain,
        "workflowId": execution.workflow_id,
        "runId": execution.run_id,
        "status": closing.status,
        "output": closing.output,
        "reason": closing.reason,
        "details": closing.details,
        "compensation": closing.compensation or None,
        "closed": moments.iso(closing.at),
        "nodes": [
            {
                "node": row.node,
                "state": "idle" if row.look is Look.IDLE else str(row.look),
                "visit": row.visit,
                "attempts": row.attempt,
                **_times(view.nodes[row.node]),
            }
            for row in picture(plan, view)
        ],
    }


def _times(node: NodeView) -> dict[str, str]:
    """Of the present visit; `started`: of its last attempt."""
    times = {"entered": node.entered, "scheduled": node.scheduled, "started": node.started, "closed": node.closed}
    return {name: moments.iso(time) for name, time in times.items() if time is not ABSENT}
