"""`swfgraph serve`: the embedded service, over HTTP."""

from __future__ import annotations

import logging
import signal
from functools import partial
from pathlib import Path
from typing import Any

import click

from engine.cli.exits import Exit
from engine.cli.functions import load_functions
from engine.cli.logs import log_service
from engine.cli.options import Common, offline_command
from engine.cli.output import hint, note, print_json
from engine.console import security
from engine.console.app import ROOT, console_app
from engine.console.shelf import Shelf
from engine.graph.check import find_specs
from engine.runtime.payloads.claims import Claims
from engine.runtime.payloads.opening import open_claims
from engine.service.credentials import read_credentials
from engine.service.database import Durability
from engine.service.http import Pages
from engine.service.serve import DEFAULT_HOST, DEFAULT_PORT, Serving, Settings, serve
from engine.service.sessions import Session
from engine.service.wire import Access
from engine.swf.connect import SQLITE
from engine.swf.inprocess import SessionClient

log = logging.getLogger(__name__)

DEFAULT_DATABASE = Path(".swfgraph/swf.db")

SURVIVES = {
    Durability.FULL: "what it has acknowledged survives a power cut",
    Durability.PROCESS: "what it has acknowledged survives the end of the process, but a power cut may take the last commits",
}


@click.command("serve")
@click.option(
    "--db", type=click.Path(dir_okay=False, path_type=Path), default=DEFAULT_DATABASE, show_default=True, help="The database file."
)
@click.option(
    "--host",
    default=DEFAULT_HOST,
    show_default=True,
    metavar="ADDRESS",
    help="Where to listen. Beyond this machine: with --credentials only.",
)
@click.option("--port", type=click.IntRange(0, 65_535), default=DEFAULT_PORT, show_default=True, help="0: any free one.")
@click.option(
    "--durability",
    type=click.Choice([str(one) for one in Durability]),
    default=str(Durability.FULL),
    show_default=True,
    help="full: what is acknowledged survives a power cut; process: faster, and survives a crash of the process only.",
)
@click.option("--allow-host", "names", multiple=True, metavar="NAME", help="Answer under this host name too, e.g. a proxy's. Repeatable.")
@click.option(
    "--credentials",
    envvar="SWFGRAPH_CREDENTIALS",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    metavar="FILE",
    help="Answer only requests signed with an access key of this file, which looks like ~/.aws/credentials. [$SWFGRAPH_CREDENTIALS]",
)
@click.option(
    "--lambda",
    "functions",
    multiple=True,
    metavar="NAME=MODULE:FUNCTION",
    help="Run this handler(event, context) where a decider schedules the Lambda function NAME. Repeatable.",
)
@click.option(
    "--specs",
    multiple=True,
    metavar="SPEC_OR_DIR",
    type=click.Path(exists=True, path_type=Path),
    help="Show executions of these specs as charts in the console. Repeatable.",
)
@click.option("--no-console", is_flag=True, help="Serve the API alone.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How stderr is written: lines for people, or a JSON object on each line. With -v, every request is a line.",
)
@offline_command
def command(common: Common, **given: Any) -> Exit:
    """Serve the Amazon SWF API over HTTP, from one database file, until Ctrl-C or SIGTERM.

    Any SWF client in any language can use it (its endpoint URL is what is printed; region and credentials may be anything unless
    --credentials says otherwise). One process at a time owns a file; deciders, workers and the other commands come in over HTTP.

    \b
    Examples:
      swfgraph serve
      swfgraph serve --db /var/lib/swfgraph/swf.db --port 8080
      swfgraph serve --host 0.0.0.0 --credentials keys.ini
      swfgraph serve --log-format json -v
      swfgraph serve --lambda resize=images:resize
    """
    as_json = given["log_format"] == "json"
    log_service(common, as_json=as_json)
    settings = Settings(
        database=given["db"],
        host=given["host"],
        port=given["port"],
        durability=Durability(given["durability"]),
        keys=read_credentials(given["credentials"]) if given["credentials"] else {},
        names=frozenset(given["names"]),
        functions=load_functions(given["functions"]),
        pages=partial(_pages, given["specs"], open_claims("", f"{SQLITE}///{given['db']}"), no_console=given["no_console"]),
    )
    number = serve(settings, lambda serving: _announce(common, serving, in_log=as_json))
    return Exit.INTERRUPTED if number == signal.SIGINT else Exit.DONE


def _pages(specs: tuple[Path, ...], claims: Claims, session: Session, url: str, access: Access, *, no_console: bool) -> Pages:
    """The console, over a session of its own; whoever has an access key logs in with its secret."""
    if no_console:
        return {}
    admitted = security.Access(names=access.names, tokens=access.keys)
    return {ROOT: console_app(SessionClient(session, url), Shelf(find_specs(specs)), admitted, claims=claims)}


def _announce(common: Common, serving: Serving, *, in_log: bool) -> None:
    told = {"url": serving.url, "database": str(serving.database), "durability": str(serving.durability), "signed": serving.signed}
    text = f"serving the SWF API on {serving.url}, from {serving.database}: {SURVIVES[serving.durability]}"
    if in_log:
        log.info(text, extra={"event": "serving", **told})
    if common.json:
        print_json(told)
    if in_log or common.json or common.quiet:
        return
    note(text)
    hint(f"elsewhere: export SWFGRAPH_URL={serving.url}    (Ctrl-C ends it)")
