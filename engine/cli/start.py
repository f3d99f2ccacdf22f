"""`swfgraph start`: one execution, begun; waited for on request."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from engine.cli.endpoint import claims_of, endpoint
from engine.cli.exits import Exit
from engine.cli.options import Common, as_value, at, input_option, read_text, spec_argument, spec_data_command
from engine.cli.output import hint, print_fields, print_json
from engine.cli.progress import watching
from engine.cli.result import report_result
from engine.cli.specs import load
from engine.errors import UsageError
from engine.graph.plan import Plan
from engine.runtime.follow import follow_on
from engine.runtime.payloads.claims import Claims
from engine.runtime.start import Started, StartOptions, start
from engine.spec.duration import parse_duration
from engine.spec.model import ABSENT, Absent, Json
from engine.swf.client import Client
from engine.swf.connect import SQLITE


@click.command("start")
@spec_argument
@input_option
@click.option("--workflow-id", default="", metavar="ID", help="[default: made from the workflow's name and the time]")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A tag, besides the spec's. Repeatable, at most 5 in all.")
@click.option("--task-list", default="", metavar="NAME", help="Where its decision tasks go. [default: the spec's]")
@click.option("--execution-timeout", default="", metavar="DURATION", help="How long it may take, e.g. 90s, 2h, 7d. [default: the spec's]")
@click.option("--wait", is_flag=True, help="Show how it goes on, until it has ended; then its output. Exit code 1 if it failed.")
@spec_data_command
def command(common: Common, spec: Path, **given: Any) -> Exit:
    """Start an execution of a spec's workflow. Prints its workflowId and runId.

    Deciders and workers, wherever they run, take it from there. The types must be registered (`swfgraph register`).

    \b
    Examples:
      swfgraph start fruit.json --workflow-id Demo
      swfgraph start order.json --input '{"order": 17}' --tag customer-4 --wait
      swfgraph start order.json --input @order.json
    """
    plan = load(spec, common)
    if given["task_list"]:
        plan = replace(plan, spec=replace(plan.spec, task_list=given["task_list"]))
    value = input_value(given["given_input"])
    options = start_options(given)
    claims = claims_of(common)
    with endpoint(common) as client:
        started = start(client, plan.spec, value, options, claims)
        address = {"domain": started.domain, "workflowId": started.workflow_id, "runId": started.run_id}
        if given["wait"]:
            if not common.json:
                print_fields(list(address.items())[1:])
            return _wait(common, client, plan, started, claims)
    if common.json:
        print_json(address)
        return Exit.DONE
    print_fields(list(address.items())[1:])
    if not common.quiet:
        hint_to_run(common, client, started, spec)
    return Exit.DONE


def hint_to_run(common: Common, client: Client, started: Started, spec: Path | str) -> None:
    """What runs an execution that was just started: in a file that nobody serves one command does it all."""
    if client.url.startswith(SQLITE):
        hint(f"next: {shlex.join(['swfgraph', 'run', '--resume', started.workflow_id, *at(common), str(spec)])}")
    else:
        hint(f"next: `swfgraph decider {spec}` and `swfgraph worker {spec}` run it, `swfgraph status {started.workflow_id}` shows it")


def input_value(given: str | None) -> Json | Absent:
    return ABSENT if given is None else as_value(read_text(given))


def start_options(given: dict[str, Any]) -> StartOptions:
    timeout: int | Absent = ABSENT
    if given.get("execution_timeout"):
        try:
            parsed = parse_duration(given["execution_timeout"])
        except ValueError as error:
            raise UsageError(f"--execution-timeout: {error}") from None
        if not isinstance(parsed, int):
            raise UsageError("--execution-timeout: SWF lets no execution take for ever, the most is a year: 365d")
        timeout = parsed
    return StartOptions(workflow_id=given["workflow_id"], tags=given["tags"], execution_timeout=timeout)


def _wait(common: Common, client: Client, plan: Plan, started: Started, claims: Claims) -> Exit:
    try:
        with watching(common, plan) as watch:
            for execution, view in follow_on(client, plan, started, claims=claims):
                watch(execution, view)
    except KeyboardInterrupt:
        hint(f"the execution goes on: `swfgraph status {started.workflow_id}` shows it, `swfgraph cancel {started.workflow_id}` ends it")
        return Exit.INTERRUPTED
    return report_result(common, plan, watch)
