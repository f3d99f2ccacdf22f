"""Groups of commands that import a command when it is called for; the help of a group is written from its table.

Knows no command. Imports `problems`; imported by `main` and by the commands that have subcommands.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click
from click.shell_completion import CompletionItem

from engine.cli import problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Where a subcommand lives (`module.command` is its click command), and its line in `swfgraph --help`."""

    module: str
    help: str


class ReaderLeft(Exception):
    """Whoever read our output closed the pipe. (click would make its own end of a BrokenPipeError.)"""


class LazyGroup(click.Group):
    """A group whose commands are imported by name; its help is written from the table, without importing any."""

    def __init__(self, *, sections: Mapping[str, Mapping[str, Entry]], **options: Any) -> None:
        super().__init__(**options)
        self._sections = sections
        self.entries = {name: entry for section in sections.values() for name, entry in section.items()}

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderLeft from error

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        command = importlib.import_module(entry.module).command
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.module}.command is not a click command")
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[Any]]:
        """As click's own, from the table."""
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(name, help=entry.help) for name, entry in self.entries.items() if name.startswith(incomplete)), *options]

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self.entries:
            raise click.UsageError(f"there is no command {args[0]!r}{problems.did_you_mean(args[0], self.entries)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        width = max(map(len, self.entries))
        for title, entries in self._sections.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), entry.help) for name, entry in entries.items()])
