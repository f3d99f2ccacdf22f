"""What the commands of `swfgraph task` share: the token, and one call with it. Imported by them."""

from __future__ import annotations

from typing import Any

import click

from engine.cli.endpoint import existing
from engine.cli.options import Common, Decorator, read_text
from engine.cli.output import note, print_json
from engine.errors import SwfFault, UsageError

token_argument: Decorator = click.argument("token", envvar="SWFGRAPH_TASK_TOKEN", metavar="TOKEN|@FILE|-")


def call(common: Common, operation: str, token: str, **given: str | None) -> Any:
    """The response. Raises: UsageError where nobody waits for that answer."""
    request = {"taskToken": read_text(token).strip()} | {name: value for name, value in given.items() if value is not None}
    try:
        with existing(common) as client:
            return client.call(operation, request)
    except SwfFault as fault:
        if fault.code != "UnknownResourceFault":
            raise
        reasons = "it was answered already, has timed out, or its execution is closed"
        raise UsageError(f"nobody waits for that task any more: {reasons} ({fault.message})") from None


def answer(common: Common, operation: str, token: str, said: str, **given: str | None) -> None:
    """Make the call, and tell `said`."""
    call(common, operation, token, **given)
    if common.json:
        print_json({"operation": operation})
    elif not common.quiet:
        note(f"the task {said}")
