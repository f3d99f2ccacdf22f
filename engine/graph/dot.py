"""A chart in Graphviz's DOT language. Node names, labels and tooltips are quoted strings: nothing in a spec can be read as DOT.

Labels are plain strings, not HTML, since Graphviz is often built without an XML parser. Imports `chart`; imported by `layout`, `draw`.
"""

from __future__ import annotations

from typing import Final

from engine.graph.chart import LABEL_SIZE, NAME_SIZE, SHEETS, STEP, Arrow, Chart, Figure, Shape

FONT: Final = "Helvetica,Arial,sans-serif"
_POINTS_PER_INCH: Final = 72

_SHAPES: Final = {
    Shape.RECTANGLE: 'shape=box, style="filled"',
    Shape.DIAMOND: 'shape=diamond, style="filled"',
    Shape.OVAL: 'shape=ellipse, style="filled"',
    Shape.ROUNDED: 'shape=box, style="filled,rounded"',
    Shape.BARRED: 'shape=box, style="filled"',
    Shape.FUNCTION: 'shape=box, style="filled"',
    Shape.CLOCK: 'shape=box, style="filled,rounded"',
    Shape.DOT: 'shape=circle, style="filled"',
    Shape.CONNECTOR: 'shape=box, style="filled,rounded"',
}


LARGE: Final = 400
"""Figures from which on Graphviz is not to look for the best place of each from left to right, which takes it most of its time."""
_PATIENCE: Final = 0.3
"""Rounds per figure, while it looks for good ones (Graphviz, attribute nslimit)."""


def dot_text(chart: Chart, *, exact: bool = False) -> str:
    """`exact`: the figures have their size whatever Graphviz thinks of their text; else they grow with it."""
    sizes = "true" if exact else "false"
    hurry = f", nslimit={_PATIENCE:g}" if len(chart.figures) >= LARGE else ""
    lines = [
        f"digraph {_quoted(chart.title).replace('&amp;', '&')} {{",
        f'  graph [rankdir=TB, nodesep=0.35, ranksep=0.45, bgcolor="white", tooltip={_quoted(chart.subtitle or chart.title)}{hurry}];',
        f'  node [fontname="{FONT}", fontsize={NAME_SIZE:g}, fixedsize={sizes}];',
        f'  edge [fontname="{FONT}", fontsize={LABEL_SIZE:g}, arrowsize=0.7];',
        *(_node(figure, exact=exact) for figure in chart.figures),
        *(_edge(arrow) for arrow in chart.arrows),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _node(figure: Figure, *, exact: bool) -> str:
    style = _SHAPES[figure.shape]
    if not exact:  # what makes a figure larger than its size has no place in a layout
        style = style.replace("shape=box", "shape=box3d") if figure.stacked else style
        style += ", peripheries=2" if figure.shape is Shape.BARRED and not figure.stacked else ""
    if figure.dashed:
        style = style.replace("filled", "filled,dashed")
    more = SHEETS * STEP if exact and figure.stacked else 0  # arrows end where the stack does
    across, down = ((size + more) / _POINTS_PER_INCH for size in (figure.width, figure.height))
    return (
        f"  {_quoted(figure.name)} [{style}, label={_label(tuple(line.text for line in (*figure.lines, *figure.footer)))}, "
        f"width={across:.4f}, height={down:.4f}, penwidth={figure.weight:g}, "
        f'fillcolor="{figure.palette.fill}", color="{figure.palette.stroke}", fontcolor="{figure.palette.ink}", '
        f"tooltip={_quoted(figure.tooltip)}];"
    )


def _edge(arrow: Arrow) -> str:
    attributes = [f'id="{arrow.name}"', f'color="{arrow.stroke}"', f'fontcolor="{arrow.ink}"', f"penwidth={arrow.weight:g}"]
    if arrow.lines:
        attributes.append(f"label={_label(tuple(f'  {line}  ' for line in arrow.lines))}")  # spaces keep it off the line
    if arrow.dashed:
        attributes.append("style=dashed")
    if arrow.back:
        attributes.append("constraint=false")
    attributes.append(f"tooltip={_quoted(arrow.tooltip)}")
    return f"  {_quoted(arrow.source)} -> {_quoted(arrow.target)} [{', '.join(attributes)}];"


def _quoted(text: str) -> str:
    """A DOT string that stands for exactly this text, where Graphviz would otherwise read escapes and entities."""
    return '"' + text.replace("\\", "\\\\").replace("&", "&amp;").replace('"', '\\"') + '"'


def _label(lines: tuple[str, ...]) -> str:
    return '"' + "\\n".join(_quoted(line)[1:-1] for line in lines) + '"'
