"""`swfgraph alerts list`: what was told, and what could not be told yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from engine.cli.alerting import state_file, state_option
from engine.cli.exits import Exit
from engine.cli.options import Common, endpoint_data_command
from engine.cli.output import Cell, Styled, print_json, print_table
from engine.errors import UsageError
from engine.runtime.alerts.channels import shown
from engine.runtime.alerts.outbox import Outbox, Told
from engine.runtime.reading import moments


@click.command("list")
@state_option
@click.option("-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="How many, the latest first.")
@endpoint_data_command
def command(common: Common, state: Path | None, limit: int) -> Exit:
    """The latest alerts, from the state file: sent, waiting for a channel that does not take them, given up after a week.

    \b
    Examples:
      swfgraph alerts list
      swfgraph alerts list --state /var/lib/swfgraph/alerts.db -n 100
    """
    path = state_file(common, state)
    if not path.exists():
        raise UsageError(f"there is no state file {path}: `swfgraph alerts run` makes one, --state names another")
    outbox = Outbox.open(path)
    try:
        found = outbox.latest(limit)
    finally:
        outbox.close()
    if common.json:
        print_json([_json(one) for one in found])
        return Exit.DONE
    rows = ((moments.local(one.made), shown(one.channel), one.title, _standing(one), one.alert_id) for one in found)
    print_table(("MADE", "CHANNEL", "ALERT", "STANDING", "ID"), rows, shrink={"ALERT", "STANDING"})
    return Exit.DONE


def _standing(one: Told) -> Cell:
    if one.sent:
        return "sent"
    tried = f" after {one.tries} tries: {one.problem}" if one.tries else ""
    return Styled(text=f"{'given up' if one.given_up else 'waiting'}{tried}", style="red" if one.given_up else "yellow")


def _json(one: Told) -> dict[str, Any]:
    return {
        "id": one.alert_id,
        "channel": shown(one.channel),
        "title": one.title,
        "made": moments.iso(one.made),
        "sent": moments.iso(one.sent) if one.sent else None,
        "givenUp": one.given_up,
        "tries": one.tries,
        "problem": one.problem,
    }
