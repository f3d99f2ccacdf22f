"""`swfgraph task complete`: RespondActivityTaskCompleted."""

from __future__ import annotations

import click

from engine.cli.answering import answer, token_argument
from engine.cli.endpoint import claims_of
from engine.cli.exits import Exit
from engine.cli.options import Common, as_value, endpoint_data_command, read_text
from engine.errors import UsageError
from engine.runtime.payloads.claims import Claims
from engine.spec.payload import encode


@click.command("complete")
@token_argument
@click.option("--result", default=None, metavar="JSON|@FILE|-", help="The result: JSON or plain text, @FILE to read a file, - for stdin.")
@endpoint_data_command
def command(common: Common, token: str, result: str | None) -> Exit:
    """The task with this TOKEN is done. Without TOKEN, it is $SWFGRAPH_TASK_TOKEN.

    \b
    Examples:
      swfgraph task complete "$TOKEN" --result '{"approved": true, "by": "ann"}'
      swfgraph task complete @token.txt --result @report.json
    """
    given = None if result is None else _sent(encode(as_value(read_text(result))), claims_of(common))
    answer(common, "RespondActivityTaskCompleted", token, "is completed", result=given)
    return Exit.DONE


def _sent(text: str, claims: Claims) -> str:
    """As it is, or a reference to it. Raises: UsageError, PayloadStoreUnusable."""
    if len(text) > claims.longest:
        raise UsageError(f"the result is {len(text):,} characters as JSON, at most {claims.longest:,} can be given: --payloads says where")
    return claims.kept(text)
