"""`swfgraph task fail`: RespondActivityTaskFailed."""

from __future__ import annotations

import click

from engine.cli.answering import answer, token_argument
from engine.cli.exits import Exit
from engine.cli.options import Common, endpoint_command


@click.command("fail")
@token_argument
@click.option("--reason", required=True, metavar="NAME", help="The error's name, which `retry` and `catch` go by (up to 256 characters).")
@click.option("--details", default=None, metavar="TEXT", help="Its message (up to 32,768 characters).")
@endpoint_command
def command(common: Common, token: str, reason: str, details: str | None) -> Exit:
    """The task with this TOKEN has failed. Without TOKEN, it is $SWFGRAPH_TASK_TOKEN.

    \b
    Example:
      swfgraph task fail "$TOKEN" --reason Refused --details "the budget is spent"
    """
    answer(common, "RespondActivityTaskFailed", token, f"has failed: {reason}", reason=reason, details=details)
    return Exit.DONE
