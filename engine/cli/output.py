"""What commands print: tables and fields, for people on a terminal (rich), tab-separated on a pipe, JSON on request.

Results go to stdout, notes (next steps, progress) to stderr. Rich is imported when a terminal is there to be written to, never
before: a pipe does not pay for it. Knows no command. Imports nothing of swfgraph; imported by the commands.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Styled:
    """Text with a rich style, of which a pipe sees the text."""

    text: str
    style: str


Cell: TypeAlias = str | Styled


def counted(number: int, noun: str, nouns: str = "") -> str:
    """`1 loss`, `2,000 losses`."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def print_json(value: Any) -> None:
    """Indented where a person looks on, else compact, on one line."""
    indent = 2 if sys.stdout.isatty() else None
    separators = None if indent else (",", ":")
    click.echo(json.dumps(value, ensure_ascii=False, indent=indent, separators=separators))


def print_value(value: Any) -> None:
    """A result as a script would want it: text as it is, everything else as JSON."""
    if isinstance(value, str):
        click.echo(value)
    else:
        print_json(value)


def print_table(headers: Sequence[str], rows: Iterable[Sequence[Cell]], *, shrink: Collection[str] = ()) -> None:
    """A line per row. Where a terminal is too narrow, the columns in `shrink` give way."""
    if not sys.stdout.isatty():
        click.echo("\t".join(headers))
        for row in rows:
            click.echo("\t".join(map(_flat, row)))
        return
    from rich.table import Table  # noqa: PLC0415 - only a terminal pays for rich

    table = Table(box=None, pad_edge=False, header_style="dim")
    for header in headers:
        table.add_column(header, no_wrap=header not in shrink, overflow="ellipsis")
    for row in rows:
        table.add_row(*map(_one_line, row))
    console().print(table)


def print_fields(fields: Iterable[tuple[str, Cell]]) -> None:
    """Name and value, a line each."""
    if not sys.stdout.isatty():
        for name, value in fields:
            click.echo(f"{name}\t{_flat(value)}")
        return
    from rich.table import Table  # noqa: PLC0415 - only a terminal pays for rich

    grid = Table.grid("name", "value", padding=(0, 2))
    grid.columns[0].style = "dim"
    for name, value in fields:
        grid.add_row(name, rich_text(value))
    console().print(grid)


def print_binary(content: bytes) -> None:
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def note(text: str) -> None:
    """A remark for the person at the terminal, beside the result."""
    click.echo(text, err=True)


def hint(text: str) -> None:
    """The next step, for whoever looks on; a script is not bothered."""
    if sys.stderr.isatty():
        click.echo(text if os.environ.get("TERM") == "dumb" else click.style(text, dim=True), err=True)


def console(*, stderr: bool = False) -> Console:
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for rich

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def _one_line(cell: Cell) -> Text:
    """Cut rather than wrapped, also in columns that may shrink (rich shrinks only what it may wrap)."""
    text = rich_text(cell)
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def rich_text(cell: Cell) -> Text:
    from rich.text import Text  # noqa: PLC0415 - only a terminal pays for rich

    return Text(cell) if isinstance(cell, str) else Text(cell.text, style=cell.style)


def plain(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.text


def _flat(cell: Cell) -> str:
    """One field of a line: no tabs, no line ends."""
    return " ".join(plain(cell).split("\n")).replace("\t", " ").replace("\r", "")


def shorten(text: str, width: int) -> str:
    """One line of at most `width` characters."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"
