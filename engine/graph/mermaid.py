"""A chart as a Mermaid flowchart, in the part of the language that GitHub draws. Imports `chart`; imported by `draw`.

Ids are made here (n0, n1, ...), since names may be words of the language. Labels are quoted; in them whatever Mermaid or the page around
it could read as markup stands as a numeric entity (`#34;`), Mermaid's own way to write one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from engine.graph.chart import Arrow, Chart, Figure, Shape

_BRACKETS: Final = {
    Shape.RECTANGLE: ("[", "]"),
    Shape.DIAMOND: ("{", "}"),
    Shape.OVAL: ("([", "])"),
    Shape.ROUNDED: ("(", ")"),
    Shape.BARRED: ("[[", "]]"),
    Shape.FUNCTION: ("[", "]"),
    Shape.CLOCK: ("{{", "}}"),
    Shape.DOT: ("((", "))"),
    Shape.CONNECTOR: ("(", ")"),
}
_SAFE: Final = frozenset(" .,:-+=/()!?'")
_LIST_MARK: Final = re.compile(r"[-+]|\d+[.)]")
"""At the start of a label, Mermaid reads it as Markdown."""


_STATEMENT: Final = re.compile(r"s(?=tyle)|c(?=lassDef)|d(?=irection)")
"""Of words that Mermaid looks for in the whole of a line before it parses it, labels or not: it takes a line with `direction LR` for that
statement, and the last semicolon away from one with `style` or `classDef`, a colon and an entity."""


def mermaid_text(chart: Chart) -> str:
    ids = {figure.name: f"n{index}" for index, figure in enumerate(chart.figures)}
    lines = ["flowchart TD"]
    lines += [f"  {ids[figure.name]}{_figure(figure)}" for figure in chart.figures]
    lines += [f"  {ids[arrow.source]} {_arrow(arrow)} {ids[arrow.target]}" for arrow in chart.arrows]
    looks = _alike((_look(figure), ids[figure.name]) for figure in chart.figures)
    for index, (look, members) in enumerate(looks.items()):
        lines += [f"  classDef look{index} {look}", f"  class {','.join(members)} look{index}"]
    links = _alike((f"stroke:{arrow.stroke},stroke-width:{arrow.weight:g}px", str(index)) for index, arrow in enumerate(chart.arrows))
    lines += [f"  linkStyle {','.join(members)} {look}" for look, members in links.items()]
    return "\n".join(lines) + "\n"


def _alike(looks: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Members by their look: GitHub draws no chart of more than 50,000 characters."""
    grouped: dict[str, list[str]] = {}
    for look, member in looks:
        grouped.setdefault(look, []).append(member)
    return grouped


def _figure(figure: Figure) -> str:
    opening, closing = _BRACKETS[figure.shape]
    return f'{opening}"{"<br>".join(_escaped(line.text) for line in (*figure.lines, *figure.footer)) or " "}"{closing}'


def _arrow(arrow: Arrow) -> str:
    line = "-.->" if arrow.dashed else "-->"
    return f'{line}|"{"<br>".join(_escaped(text) for text in arrow.lines)}"|' if arrow.lines else line


def _look(figure: Figure) -> str:
    dashes = ",stroke-dasharray:5 3" if figure.dashed else ""
    return f"fill:{figure.palette.fill},stroke:{figure.palette.stroke},color:{figure.palette.ink},stroke-width:{figure.weight:g}px{dashes}"


def _escaped(text: str) -> str:
    begin = _LIST_MARK.match(text)
    kept = _SAFE - set(begin.group()) if begin else _SAFE
    harmless = "".join(character if character.isalnum() or character in kept else f"#{ord(character)};" for character in text)
    return _STATEMENT.sub(lambda letter: f"#{ord(letter[0])};", harmless)
