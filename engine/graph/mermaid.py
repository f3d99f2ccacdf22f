"""A chart as a Mermaid flowchart, in the part of the language that GitHub draws. Imports `chart`; imported by `draw`.

Ids are made here (n0, n1, ...), since names may be words of the language. Labels are quoted; in them whatever Mermaid or the page around
it could read as markup stands as a numeric entity (`#34;`), Mermaid's own way to write one.
"""

from __future__ import annotations

import re
from typing import Final

from engine.graph.chart import Arrow, Chart, Figure, Shape

_BRACKETS: Final = {
    Shape.RECTANGLE: ("[", "]"),
    Shape.DIAMOND: ("{", "}"),
    Shape.OVAL: ("([", "])"),
    Shape.ROUNDED: ("(", ")"),
    Shape.CLOCK: ("{{", "}}"),
    Shape.DOT: ("((", "))"),
    Shape.CONNECTOR: ("(", ")"),
}
_SAFE: Final = frozenset(" .,:-+=/()!?'")
_LIST_MARK: Final = re.compile(r"[-+]|\d+[.)]")
"""At the start of a label, Mermaid reads it as Markdown."""


def mermaid_text(chart: Chart) -> str:
    ids = {figure.name: f"n{index}" for index, figure in enumerate(chart.figures)}
    lines = ["flowchart TD"]
    lines += [f"  {ids[figure.name]}{_figure(figure)}" for figure in chart.figures]
    lines += [f"  {ids[arrow.source]} {_arrow(arrow)} {ids[arrow.target]}" for arrow in chart.arrows]
    lines += [f"  style {ids[figure.name]} {_style(figure)}" for figure in chart.figures]
    lines += [f"  linkStyle {index} stroke:{arrow.stroke},stroke-width:{arrow.weight:g}px" for index, arrow in enumerate(chart.arrows)]
    return "\n".join(lines) + "\n"


def _figure(figure: Figure) -> str:
    opening, closing = _BRACKETS[figure.shape]
    return f'{opening}"{"<br>".join(_escaped(line.text) for line in figure.lines) or " "}"{closing}'


def _arrow(arrow: Arrow) -> str:
    line = "-.->" if arrow.dashed else "-->"
    return f'{line}|"{"<br>".join(_escaped(text) for text in arrow.lines)}"|' if arrow.lines else line


def _style(figure: Figure) -> str:
    dashes = ",stroke-dasharray:5 3" if figure.dashed else ""
    return f"fill:{figure.palette.fill},stroke:{figure.palette.stroke},color:{figure.palette.ink},stroke-width:{figure.weight:g}px{dashes}"


def _escaped(text: str) -> str:
    begin = _LIST_MARK.match(text)
    kept = _SAFE - set(begin.group()) if begin else _SAFE
    return "".join(character if character.isalnum() or character in kept else f"#{ord(character)};" for character in text)
