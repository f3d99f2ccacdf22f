"""`swfgraph task cancel`: RespondActivityTaskCanceled."""

from __future__ import annotations

import click

from engine.cli.answering import answer, token_argument
from engine.cli.exits import Exit
from engine.cli.options import Common, endpoint_command


@click.command("cancel")
@token_argument
@click.option("--details", default=None, metavar="TEXT", help="What there is to say (up to 32,768 characters).")
@endpoint_command
def command(common: Common, token: str, details: str | None) -> Exit:
    """The task with this TOKEN was given up, as was asked for (`swfgraph task heartbeat` says so).

    Without TOKEN, it is $SWFGRAPH_TASK_TOKEN.

    \b
    Example:
      swfgraph task cancel "$TOKEN"
    """
    answer(common, "RespondActivityTaskCanceled", token, "is canceled", details=details)
    return Exit.DONE
