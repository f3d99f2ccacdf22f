"""`swfgraph alerts`: telling people what specs say is worth telling. A table of subcommands, as in `main`."""

from __future__ import annotations

from collections.abc import Mapping

import click

from engine.cli.groups import Entry, LazyGroup

SECTIONS: Mapping[str, Mapping[str, Entry]] = {
    "Commands": {
        "run": Entry(module="engine.cli.alerts_run", help="Watch the endpoint and send alerts, until asked to stop."),
        "test": Entry(module="engine.cli.alerts_test", help="Send a test to channels."),
        "list": Entry(module="engine.cli.alerts_list", help="The latest alerts: told, waiting, given up."),
    },
}


@click.group("alerts", cls=LazyGroup, sections=SECTIONS)
def command() -> None:
    """Tell people when executions fail, time out, are late, ... as specs' "alerts" say.

    Specs name channels; what a name means is said here, so that no secret stands in a spec: --channel NAME=URL, else the variable
    SWFGRAPH_CHANNEL_NAME, else a line NAME=URL in a file (--channels). The URLs are Apprise's (mailtos://, slack://, json://, ...),
    which `pip install 'swfgraph[alerts]'` brings.

    \b
    Examples:
      swfgraph alerts test ops --channel ops=mailtos://user:password@example.org
      SWFGRAPH_CHANNEL_OPS=slack://... swfgraph alerts run specs/
    """
