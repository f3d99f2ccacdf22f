"""`swfgraph register`: what specs name, made known to SWF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from engine.cli.endpoint import endpoint
from engine.cli.exits import Exit
from engine.cli.options import Common, spec_command, specs_argument
from engine.cli.output import note, print_json, print_table
from engine.cli.specs import load_all
from engine.errors import UsageError
from engine.runtime.register import RETENTION_DAYS, Registration, Standing, register


@click.command("register")
@specs_argument
@click.option(
    "--retention",
    default=RETENTION_DAYS,
    show_default=True,
    metavar="DAYS|none",
    help="How long a new domain keeps closed executions; none: AWS forgets them at once.",
)
@spec_command
def command(common: Common, specs: tuple[Path, ...], retention: str) -> Exit:
    """Register the domains, workflow types and activity types that specs name, as far as they are not registered yet.

    A registered type can't be changed: where its defaults are others than the spec's, that is shown. Executions that swfgraph
    starts state their own values, so this hurts only who starts them otherwise; a new version settles it.

    \b
    Examples:
      swfgraph register fruit.json
      swfgraph register specs/ --url http://127.0.0.1:4510
    """
    days = _retention(retention)
    plans = load_all(specs, common)
    with endpoint(common) as client:
        registrations = register(client, [plan.spec for plan in plans], days)
    if common.json:
        print_json([_json(one) for one in registrations])
        return Exit.DONE
    print_table(
        ("WHAT", "NAME", "VERSION", "STANDING"), ((str(one.kind), one.name, one.version, str(one.standing)) for one in registrations)
    )
    for line in remarks(registrations):
        note(line)
    return Exit.DONE


def remarks(registrations: Sequence[Registration]) -> list[str]:
    """What a person should know: deprecated things, and differing defaults one by one."""
    lines = []
    for one in registrations:
        named = " ".join(filter(None, (str(one.kind), one.name, one.version)))
        if one.standing is Standing.DEPRECATED:
            lines.append(f"warning: the {named} is deprecated: it can't be used until it is undeprecated")
        lines += [
            f"warning: the {named} has {d.default} {d.registered or 'unset'}, the spec says {d.ours or 'unset'}" for d in one.differences
        ]
    return lines


def _retention(text: str) -> str:
    """API reference, RegisterDomain: 0 to 90 days, or NONE."""
    if text.lower() == "none":
        return "NONE"
    if not text.isdecimal() or int(text) > 90:
        raise UsageError(f"--retention {text}: give 0 to 90 days, or none")
    return text


def _json(one: Registration) -> dict[str, Any]:
    return {
        "kind": str(one.kind),
        "name": one.name,
        "version": one.version,
        "standing": one.standing.name.lower(),
        "differences": [{"default": d.default, "registered": d.registered, "spec": d.ours} for d in one.differences],
    }
