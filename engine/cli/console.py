"""`swfgraph console`: the web console for any SWF endpoint."""

from __future__ import annotations

import asyncio
import signal
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from engine.cli.endpoint import claims_of, existing
from engine.cli.exits import Exit
from engine.cli.options import Common, execution_data_command
from engine.cli.output import hint, note, print_json
from engine.console.app import ROOT, console_app
from engine.console.security import Access
from engine.console.shelf import Shelf
from engine.errors import UsageError
from engine.graph.check import find_specs
from engine.service.credentials import read_credentials
from engine.service.listening import Server, in_url, listen
from engine.service.loopback import LOOPBACK_NAMES, is_loopback

DEFAULT_PORT = 4511


@click.command("console")
@click.argument("specs", nargs=-1, metavar="[SPEC_OR_DIR]...", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Where to listen. Beyond this machine: with --credentials only.",
)
@click.option("--port", type=click.IntRange(0, 65_535), default=DEFAULT_PORT, show_default=True, help="0: any free one.")
@click.option("--allow-host", "names", multiple=True, metavar="NAME", help="Answer under this host name too, e.g. a proxy's. Repeatable.")
@click.option(
    "--credentials",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    metavar="FILE",
    help="Let in only who logs in with a secret access key of this file, which looks like ~/.aws/credentials.",
)
@execution_data_command
def command(common: Common, specs: tuple[Path, ...], host: str, port: int, **given: Any) -> Exit:
    """Serve the web console for an SWF endpoint, until Ctrl-C or SIGTERM.

    It shows the domains, types, executions and task lists of the endpoint; with the SPECs given, their executions as charts.
    `swfgraph serve` serves it too, for its own database.

    \b
    Examples:
      swfgraph console specs/ --url http://127.0.0.1:4510
      swfgraph console specs/ --url aws://eu-west-1
    """
    keys = read_credentials(given["credentials"]) if given["credentials"] else {}
    if not keys and not is_loopback(host):
        raise UsageError(f"listening on {host} lets other machines in: name a file of access keys with --credentials to have them log in")
    names = LOOPBACK_NAMES | {in_url(host).lower()} | {name.lower() for name in given["names"]}
    with existing(common) as client, closing(listen(host, port)) as listener:
        app = console_app(client, Shelf(find_specs(specs)), Access(names=names, tokens=keys), claims=claims_of(common))
        server = Server(app, client.interrupt)
        url = f"http://{in_url(host)}:{listener.getsockname()[1]}{ROOT}/"
        server.on_start = lambda: _announce(common, url, client.url)
        asyncio.run(server.serve(sockets=[listener]))
    return Exit.INTERRUPTED if server.stopped_by == signal.SIGINT else Exit.DONE


def _announce(common: Common, url: str, endpoint: str) -> None:
    if common.json:
        print_json({"url": url, "endpoint": endpoint})
    elif not common.quiet:
        note(f"the console of {endpoint} is at {url}")
        hint("Ctrl-C ends it")
