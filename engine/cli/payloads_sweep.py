"""`swfgraph payloads sweep`: what no execution needs any more is removed."""

from __future__ import annotations

import time

import click

from engine.cli.endpoint import claims_of, existing
from engine.cli.exits import Exit
from engine.cli.options import Common, endpoint_data_command
from engine.cli.output import note, print_json
from engine.errors import UsageError
from engine.runtime.payloads.store import HOW, NoStore
from engine.runtime.payloads.sweep import Swept, Terms, sweep
from engine.spec.duration import parse_duration


@click.command("sweep")
@click.option(
    "--older-than",
    default="7d",
    show_default=True,
    metavar="DURATION",
    help="Only what was stored last so long ago. Less than an hour is safe only while nothing runs.",
)
@click.option(
    "--retention",
    default="none",
    show_default=True,
    metavar="DURATION|none",
    help="Executions that closed so long ago need theirs no more; none: all that the endpoint still has do.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@endpoint_data_command
def command(common: Common, older_than: str, retention: str, *, dry_run: bool) -> Exit:
    """Remove payloads that no execution needs any more.

    One stays if it was stored within --older-than, or if the history of an open execution refers to it, or of a closed one that the
    endpoint (--url) still has, in any domain. Executions of another endpoint can't be seen from here: a store is to be used with one.

    \b
    Examples:
      swfgraph payloads sweep --dry-run
      swfgraph payloads sweep --older-than 30d
      swfgraph payloads sweep --url aws://eu-west-1 --payloads s3://bucket/swf --retention 90d
    """
    store = claims_of(common).store
    if isinstance(store, NoStore):
        raise UsageError(f"there is no payload store to sweep: {HOW}")
    terms = Terms(older_than=_seconds("--older-than", older_than), retention=_seconds("--retention", retention), dry=dry_run)
    with existing(common) as client:
        swept = sweep(client, store, terms, time.time())
    if common.json:
        print_json(_json(swept, store.where, dry=dry_run))
        return Exit.DONE
    for one in swept.removed:
        click.echo(one.sha256)
    if not common.quiet:
        note(_told(swept, store.where, dry=dry_run))
    return Exit.DONE


def _seconds(option: str, text: str) -> float:
    try:
        parsed = parse_duration(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None
    if isinstance(parsed, int):
        return float(parsed)
    if option == "--older-than":
        raise UsageError("--older-than: give a duration, e.g. 7d")
    return float("inf")


def _told(swept: Swept, where: str, *, dry: bool) -> str:
    size = sum(one.bytes for one in swept.removed)
    verb = "would be removed" if dry else "removed"
    stay = f"{swept.young:,} are younger, {swept.referred:,} are referred to ({swept.executions:,} histories read)"
    left = f"; {swept.unfinished} unfinished files removed" if swept.unfinished else ""
    return f"{where}: {len(swept.removed):,} of {swept.payloads:,} payloads {verb}, {size:,} bytes; {stay}{left}"


def _json(swept: Swept, where: str, *, dry: bool) -> dict[str, object]:
    return {
        "store": where,
        "dryRun": dry,
        "payloads": swept.payloads,
        "young": swept.young,
        "referred": swept.referred,
        "executions": swept.executions,
        "removed": [{"sha256": one.sha256, "bytes": one.bytes} for one in swept.removed],
        "unfinished": swept.unfinished,
    }
