"""What a drawing of a plan shows, before anyone draws it: figures with their lines of text, arrows with their labels, colours.

Everything that is said in a picture is decided here, once for all formats: shapes, wording, what is wrapped and shortened, how the state
of an execution colours it. The texts are plain and harmless; escaping is the business of whoever writes a format. Figures have their
size already (in points), so that every layout engine gives the same boxes. No I/O. Imports `wording`, `lettering`, `graph.plan`; imported
by whatever draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum
from typing import Final, Literal, assert_never

from engine.graph.lettering import harmless, width, wrapped
from engine.graph.plan import Edge, EdgeKind, Plan
from engine.graph.wording import about, details_of, join_of, label_of, undoing_of
from engine.spec.model import (
    ABSENT,
    Absent,
    ActivityNode,
    DecisionNode,
    LambdaNode,
    Node,
    PassNode,
    TerminalNode,
    TerminalStatus,
    WaitNode,
    WaitSignal,
    Work,
    WorkflowNode,
)


class State(StrEnum):
    """Of a node, in an execution; the last two: in tests."""

    IDLE = "idle"
    OPEN = "open"
    RETRYING = "retrying"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELED = "canceled"
    COVERED = "covered"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStatus:
    """How a node stands, and a few words under its name, e.g. "attempt 2 of 3"."""

    state: State
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeStatus:
    """How often an edge was taken, and whether it is dead in the present visit. Neither: it is still unsettled."""

    taken: int = 0
    dead: bool = False
    covered: bool | Literal[Absent.ABSENT] = ABSENT
    """In tests: whether any scenario took it. Then the rest says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """An execution, laid over the drawing of its plan. What is not in the mappings is idle, or unsettled."""

    nodes: Mapping[str, NodeStatus]
    edges: Mapping[int, EdgeStatus] = field(default_factory=dict)
    """By the edges' ids."""


class Shape(Enum):
    RECTANGLE = "activity"
    DIAMOND = "decision"
    OVAL = "terminal"
    ROUNDED = "pass"
    CLOCK = "wait"
    BARRED = "workflow"
    FUNCTION = "lambda"
    DOT = "start"
    CONNECTOR = "connector"


SHAPE_OF: Final[Mapping[type[Node], Shape]] = {
    ActivityNode: Shape.RECTANGLE,
    WorkflowNode: Shape.BARRED,
    LambdaNode: Shape.FUNCTION,
    DecisionNode: Shape.DIAMOND,
    TerminalNode: Shape.OVAL,
    PassNode: Shape.ROUNDED,
    WaitNode: Shape.CLOCK,
}


class Badge(Enum):
    """A small sign left of a figure's text."""

    NONE = "none"
    CLOCK = "clock"
    SIGNAL = "signal"
    LOOP = "loop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    fill: str
    stroke: str
    ink: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of text in a figure."""

    text: str
    size: float
    bold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    name: str
    shape: Shape
    lines: tuple[Line, ...]
    palette: Palette
    width: float
    height: float
    footer: tuple[Line, ...] = ()
    """Text in a compartment of its own, at the bottom; in a figure without corners just the last lines."""
    badge: Badge = Badge.NONE
    stacked: bool = False
    """Drawn as several, one behind the other; width and height are those of one."""
    weight: float = 1.2
    """Of the outline."""
    dashed: bool = False
    tooltip: str = ""
    kind: str = ""
    """The state in an execution, else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    name: str
    source: str
    target: str
    lines: tuple[str, ...]
    stroke: str
    ink: str
    weight: float = 1.2
    dashed: bool = False
    back: bool = False
    """It has no say in the layout."""
    tooltip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    title: str
    subtitle: str
    figures: tuple[Figure, ...]
    arrows: tuple[Arrow, ...]


NAME_SIZE: Final = 12.0
SMALL_SIZE: Final = 9.5
LABEL_SIZE: Final = 9.5
LEADING: Final = 1.25
FOOTER_ROOM: Final = 7.0
"""What a footer needs in height beyond its lines."""
BADGE_ROOM: Final = 9.0
"""By so much a badge moves the text to the right."""
STEP: Final = 4.0
"""By so much each sheet of a stack is off the one before it."""
SHEETS: Final = 2
"""Behind the first."""
BAR: Final = 7.0
"""Between the two bars at either side."""
START: Final = "\u25cf"
"""The name of the start marker: no node can have it."""
CANCEL: Final = "\u25cf cancel"
"""The name of the marker where a cancel request comes in."""

_WIDEST_NAME, _WIDEST_SMALL, _WIDEST_LABEL, _WIDEST_DIAMOND = 170.0, 170.0, 130.0, 110.0

_SHAPES: Final = {
    Shape.RECTANGLE: Palette(fill="#e8f1fb", stroke="#3d78b8", ink="#14304d"),
    Shape.DIAMOND: Palette(fill="#fff5d6", stroke="#c4942a", ink="#4a3607"),
    Shape.ROUNDED: Palette(fill="#f3f4f6", stroke="#8b929c", ink="#2b3038"),
    Shape.CLOCK: Palette(fill="#f1ebfb", stroke="#8664c4", ink="#33215a"),
    Shape.BARRED: Palette(fill="#e4f4f1", stroke="#2f8577", ink="#0d3b34"),
    Shape.FUNCTION: Palette(fill="#fceef5", stroke="#b5548a", ink="#4d1a37"),
}
_TERMINALS: Final = {
    TerminalStatus.COMPLETED: Palette(fill="#dcf3e2", stroke="#2e8b4f", ink="#0f3d20"),
    TerminalStatus.FAILED: Palette(fill="#fbe0de", stroke="#c43d36", ink="#5a1512"),
    TerminalStatus.CANCELED: Palette(fill="#fdecc8", stroke="#c77f10", ink="#573605"),
    TerminalStatus.CONTINUED: Palette(fill="#e0f1f4", stroke="#2a8494", ink="#0d3a43"),
}
_STATES: Final = {
    State.IDLE: Palette(fill="#ffffff", stroke="#b4bac3", ink="#565d68"),
    State.OPEN: Palette(fill="#cfe4ff", stroke="#1668d6", ink="#08305f"),
    State.RETRYING: Palette(fill="#ffe2bf", stroke="#d9720b", ink="#5c2e02"),
    State.COMPLETED: _TERMINALS[TerminalStatus.COMPLETED],
    State.FAILED: _TERMINALS[TerminalStatus.FAILED],
    State.SKIPPED: Palette(fill="#ffffff", stroke="#cdd2d9", ink="#9aa1ab"),
    State.CANCELED: _TERMINALS[TerminalStatus.CANCELED],
    State.COVERED: _TERMINALS[TerminalStatus.COMPLETED],
    State.MISSED: Palette(fill="#ffffff", stroke="#c43d36", ink="#5a1512"),
}
_EMPHASIS: Final = {State.OPEN: 2.6, State.RETRYING: 2.6, State.FAILED: 2.2, State.COVERED: 1.8}
_DASHED: Final = frozenset({State.SKIPPED, State.MISSED})
_INK, _MUTED, _FAINT = "#3f4651", "#5d6470", "#a2a9b3"
_TAKEN, _CAUGHT, _AGAIN, _UNSETTLED, _DEAD = "#2e8b4f", "#c43d36", "#7a5bb8", "#9aa1ab", "#d9dde2"
_TIMES: Final = {1: "once", 2: "twice"}
_MARKER: Final = Palette(fill=_INK, stroke=_INK, ink=_INK)
_CANCELED: Final = "#c77f10"


def chart_of(plan: Plan, overlay: Overlay | Literal[Absent.ABSENT] = ABSENT) -> Chart:
    """Without an overlay, the plan itself; with one, an execution of it."""
    ways_in = _ways_in(plan, canceled=overlay is ABSENT or _is_begun(overlay, plan.on_cancel))
    return Chart(
        title=harmless(f"{plan.spec.name} {plan.spec.version}"),
        subtitle=harmless(plan.spec.description),
        figures=(*(marker for marker, _ in ways_in), *(_figure(plan, node, overlay) for node in plan.nodes.values())),
        arrows=(*(arrow for _, arrow in ways_in), *(_arrow(edge, overlay) for edge in plan.edges)),
    )


def _is_begun(overlay: Overlay, node: str | Literal[Absent.ABSENT]) -> bool:
    return node is not ABSENT and node in overlay.nodes and overlay.nodes[node].state is not State.IDLE


def _ways_in(plan: Plan, *, canceled: bool) -> list[tuple[Figure, Arrow]]:
    """Where an execution starts, and where a cancel request leads to: a dot with an arrow."""
    marker = Figure(name=START, shape=Shape.DOT, lines=(), palette=_MARKER, width=11, height=11, tooltip="start")
    found = [(marker, Arrow(name="start", source=START, target=plan.start, lines=(), stroke=_INK, ink=_INK))]
    if plan.on_cancel is not ABSENT:
        colour, said = _CANCELED if canceled else _UNSETTLED, "on cancel"
        palette = Palette(fill=colour, stroke=colour, ink=colour)
        arrow = Arrow(name="cancel", source=CANCEL, target=plan.on_cancel, lines=(said,), stroke=colour, ink=colour, tooltip=said)
        found.append((replace(marker, name=CANCEL, palette=palette, tooltip=said), arrow))
    return found


def _figure(plan: Plan, node: Node, overlay: Overlay | Literal[Absent.ABSENT]) -> Figure:
    shape = SHAPE_OF[type(node)]
    palette = _TERMINALS[node.status] if isinstance(node, TerminalNode) else _SHAPES[shape]
    status = ABSENT if overlay is ABSENT else overlay.nodes.get(node.name, NodeStatus(state=State.IDLE))
    lines, footer, badge = _lines(plan, node, shape), _small(undoing_of(node), lines=1), _badge(node)
    if status is not ABSENT:
        ended = isinstance(node, TerminalNode) and status.state is State.COMPLETED
        palette = palette if ended else _STATES[status.state]
        lines += _small(status.note)
    breadth, height = _size(shape, lines, footer, badge)
    return Figure(
        name=node.name,
        shape=shape,
        lines=tuple(lines),
        footer=tuple(footer),
        badge=badge,
        stacked=isinstance(node, Work) and node.for_each is not ABSENT,
        palette=palette,
        width=breadth,
        height=height,
        weight=1.2 if status is ABSENT else _EMPHASIS.get(status.state, 1.4),
        dashed=status is not ABSENT and status.state in _DASHED,
        tooltip=harmless(about(plan.spec, node)),
        kind="" if status is ABSENT else str(status.state),
    )


def _badge(node: Node) -> Badge:
    if isinstance(node, WaitNode):
        return Badge.SIGNAL if isinstance(node.on, WaitSignal) else Badge.CLOCK
    return Badge.LOOP if isinstance(node, TerminalNode) and node.status is TerminalStatus.CONTINUED else Badge.NONE


def _lines(plan: Plan, node: Node, shape: Shape) -> list[Line]:
    widest = _WIDEST_DIAMOND if shape is Shape.DIAMOND else _WIDEST_NAME
    joined = join_of(plan, node)
    lines = [Line(text=joined, size=SMALL_SIZE)] if joined else []
    lines += [Line(text=text, size=NAME_SIZE, bold=True) for text in wrapped(node.name, NAME_SIZE, widest=widest, lines=4, bold=True)]
    for detail in details_of(node):
        lines += _small(detail)
    return lines


def _small(text: str, *, lines: int = 2) -> list[Line]:
    return [Line(text=line, size=SMALL_SIZE) for line in wrapped(text, SMALL_SIZE, widest=_WIDEST_SMALL, lines=lines)]


def _size(shape: Shape, lines: list[Line], footer: list[Line], badge: Badge) -> tuple[float, float]:
    breadth = max(width(line.text, line.size, bold=line.bold) for line in (*lines, *footer))
    height = sum(line.size * LEADING for line in (*lines, *footer)) + (FOOTER_ROOM if footer else 0)
    if badge is not Badge.NONE:
        breadth += 2 * BADGE_ROOM
    match shape:
        case Shape.DIAMOND:
            return max(breadth * 1.35 + 44, 96), max(height * 1.9 + 22, 58)
        case Shape.OVAL:
            return max(breadth * 1.16 + 36, 92), height * 1.25 + 16
        case Shape.CLOCK:
            return max(breadth + 36, 96), max(height + 18, 36)
        case Shape.BARRED:
            return max(breadth + 2 * BAR + 26, 92), max(height + 18, 36)
        case Shape.RECTANGLE | Shape.FUNCTION | Shape.ROUNDED | Shape.DOT | Shape.CONNECTOR:
            return max(breadth + 30, 92), max(height + 18, 36)
        case _:
            assert_never(shape)


def _arrow(edge: Edge, overlay: Overlay | Literal[Absent.ABSENT]) -> Arrow:
    status = EdgeStatus() if overlay is ABSENT else overlay.edges.get(edge.id, EdgeStatus())
    said = label_of(edge)
    if status.taken > 1 or (status.taken and not edge.forward):
        times = _TIMES.get(status.taken, f"{status.taken} times")
        said = f"{said}, taken {times}" if said else times
    stroke, ink, weight = _line_of(edge, status, overlaid=overlay is not ABSENT)
    return Arrow(
        name=f"edge{edge.id}",
        source=edge.source,
        target=edge.target,
        lines=wrapped(said, LABEL_SIZE, widest=_WIDEST_LABEL, lines=3),
        stroke=stroke,
        ink=ink,
        weight=weight,
        dashed=not edge.forward or status.covered is False,
        back=not edge.forward,
        tooltip=harmless(said or f"{edge.source} to {edge.target}"),
    )


def _line_of(edge: Edge, status: EdgeStatus, *, overlaid: bool) -> tuple[str, str, float]:
    """The colours of an arrow and its label, and how thick it is."""
    stroke = _CAUGHT if edge.kind is EdgeKind.CATCH else _INK if edge.forward else _AGAIN
    if not overlaid:
        return stroke, _MUTED if stroke is _INK else stroke, 1.2
    if status.covered is not ABSENT:
        return (_TAKEN, _MUTED, 2.2) if status.covered else (_CAUGHT, _CAUGHT, 1.6)
    if status.taken and not status.dead:
        return _TAKEN if stroke is _INK else stroke, _MUTED if stroke is _INK else stroke, 2.2
    if status.dead:
        return _DEAD, _FAINT, 1.2
    return _UNSETTLED, _MUTED, 1.2
