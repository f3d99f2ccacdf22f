"""`swfgraph task`: what others do with an activity task whose token they were given. A table of subcommands, as in `main`."""

from __future__ import annotations

from collections.abc import Mapping

import click

from engine.cli.groups import Entry, LazyGroup

SECTIONS: Mapping[str, Mapping[str, Entry]] = {
    "Answer it": {
        "complete": Entry(module="engine.cli.task_complete", help="It is done, and this is the result."),
        "fail": Entry(module="engine.cli.task_fail", help="It has failed: with which error, and why."),
        "cancel": Entry(module="engine.cli.task_cancel", help="It was given up, as its execution had asked for."),
    },
    "Meanwhile": {
        "heartbeat": Entry(module="engine.cli.task_heartbeat", help="Somebody is at it. Says whether it is to be given up."),
    },
}


@click.group("task", cls=LazyGroup, sections=SECTIONS)
def command() -> None:
    """Answer an activity task from anywhere, with its token.

    An activity type with `"answer": "later"` hands its tasks on: what it runs gets the token, and ends; the task stays open until somebody
    answers it, or one of its timeouts is over. A token is good for one answer. The service must be at an address (`swfgraph serve`, AWS),
    or nobody may have its file.

    \b
    Examples:
      swfgraph task complete "$TOKEN" --result '{"approved": true}'
      swfgraph task fail "$TOKEN" --reason Refused --details "the budget is spent"
    """
