"""What the commands on alerts have in common: where channels lead, and the state file. Imports `runtime.alerts`; imported by alerts_*."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from engine.cli.options import Common, Decorator
from engine.errors import UsageError
from engine.runtime.alerts.channels import Channel, addresses, open_channels
from engine.swf.connect import MEMORY, SQLITE, database_of

channel_option: Decorator = click.option(
    "--channel", "channels", multiple=True, metavar="NAME=URL", help="Where alerts to NAME go. Repeatable. [else $SWFGRAPH_CHANNEL_<NAME>]"
)
channels_option: Decorator = click.option(
    "--channels", "file", default=None, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="A file of lines NAME=URL."
)
state_option: Decorator = click.option(
    "--state",
    default=None,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What was seen and told; several processes may share it. [default: beside the database, else .swfgraph/alerts-HOST.db]",
)


def channels_for(names: Iterable[str], given: dict[str, Any]) -> list[Channel]:
    """Raises: UsageError (a name that nobody knows, a URL that Apprise does not take, no Apprise)."""
    return open_channels(addresses(names, given["channels"], os.environ, given["file"]))


def state_file(common: Common, given: Path | None) -> Path:
    """One per endpoint. Raises: UsageError where the endpoint keeps nothing."""
    if given is not None:
        return given
    if not common.url.startswith(SQLITE):
        return (
            Path(".swfgraph") / f"alerts-{re.sub(r'[^A-Za-z0-9.]+', '-', common.url.partition('://')[2].rpartition('@')[2]).strip('-')}.db"
        )
    database = database_of(common.url)
    if database == MEMORY:
        raise UsageError(f"{common.url} is gone with this process: say with --state where the alerts' state is kept")
    return Path(database).with_name("alerts.db")
