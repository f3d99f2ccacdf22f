"""One execution: its chart, as of any event; summary, events, activities and timeline; live while it is open."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.console.desk import Desk, desk_of, number, to
from engine.console.drawing import svg_over
from engine.console.histories import Event, Refused
from engine.console.live import mark, watch
from engine.console.timeline import timeline_of
from engine.graph.plan import Plan
from engine.runtime.reading.beginning import beginning_of
from engine.runtime.reading.closing import Closing, closing_lines, compensation_in, parse_closing
from engine.runtime.reading.colouring import overlay_of
from engine.runtime.reading.eventlines import EventLine, event_lines, is_failure
from engine.runtime.reading.executions import Execution, NoProgress, Overview, overview
from engine.runtime.reading.waiting import waiting_for
from engine.runtime.reading.works import works_of
from engine.spec.model import ABSENT, Absent, WaitNode, WaitSignal
from engine.swf.wire import event_attributes

TABS: Final[Mapping[str, str]] = {
    "chart": "Chart",
    "summary": "Summary",
    "events": "Events",
    "activities": "Activities",
    "timeline": "Timeline",
}
ROWS_PER_PAGE: Final = 200
_T = TypeVar("_T")
WORKS_OF_A_NODE: Final = 50
"""Attempts and items that are shown beside the chart, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """An execution as one page shows it: as it was after the event `at`."""

    execution: Execution
    overview: Overview
    events: Sequence[Event]
    """All of them."""
    at: int
    plan: Plan | Literal[Absent.ABSENT]
    tab: str
    here: str
    """The page's path."""

    @property
    def shown(self) -> Sequence[Event]:
        return self.events[: self.at]

    @property
    def latest(self) -> bool:
        return self.at == len(self.events)

    @property
    def closing(self) -> Closing | Literal[""]:
        return parse_closing(self.events[-1], compensation_in(reversed(self.events))) if self.overview.info.closed else ""

    @property
    def signals(self) -> Mapping[str, str]:
        """The nodes that wait for a signal, and which: of executions that swfgraph decides, and whose spec is known."""
        progress = self.overview.progress
        if self.plan is ABSENT or isinstance(progress, NoProgress):
            return {}
        nodes = {one.node: self.plan.nodes.get(one.node) for one in progress.open}
        return {name: node.on.signal for name, node in nodes.items() if isinstance(node, WaitNode) and isinstance(node.on, WaitSignal)}

    def link(self, **query: Any) -> str:
        """This page with another query; the moment stays unless it is named."""
        moment = {} if self.latest else {"at": self.at}
        return f"{self.here}?{urlencode({'tab': self.tab, **moment, **query})}"


def show(request: Request) -> Response:
    desk = desk_of(request)
    looked = look(desk, request)
    follows = looked.latest and not looked.overview.info.closed
    return desk.page(
        request,
        f"execution_{looked.tab}.html",
        looked=looked,
        info=looked.overview.info,
        beginning=beginning_of(event_attributes(looked.events[0])),
        closing=looked.closing,
        why="\n".join(closing_lines(looked.closing)) if looked.closing else "",
        tabs=TABS,
        moment=looked.events[looked.at - 1],
        waiting=waiting_for(looked.events) if follows else "",
        signals=looked.signals if follows else {},
        live=_live(desk, looked) if follows else "",
        **_TABS[looked.tab](desk, looked, request),
    )


def look(desk: Desk, request: Request) -> Looked:
    """Raises: ExecutionMissing, SwfFault, EndpointError."""
    where = request.path_params
    execution = Execution(domain=where["domain"], workflow_id=where["workflow_id"], run_id=where["run_id"])
    seen = overview(desk.client, execution)
    events = desk.histories.events((execution.domain, execution.workflow_id, execution.run_id))
    plan = desk.shelf.plan(seen.info.type_name, seen.info.type_version)
    tab = request.query_params.get("tab", "chart" if plan is not ABSENT else "summary")
    return Looked(
        execution=execution,
        overview=seen,
        events=events,
        at=min(max(1, number(request, "at", otherwise=len(events))), len(events)),
        plan=plan,
        tab=tab if tab in TABS else "summary",
        here=f"{desk.root}{_path(execution)}",
    )


def _live(desk: Desk, looked: Looked) -> str:
    return f"{desk.root}/live{_path(looked.execution)}?seen={mark(looked.events[-1]['eventId'])}"


async def live(request: Request) -> Response:
    """Says `changed` when the history has grown, `over` when the execution is closed."""
    desk = desk_of(request)
    where = request.path_params
    execution = Execution(domain=where["domain"], workflow_id=where["workflow_id"], run_id=where["run_id"])
    asked = {"domain": execution.domain, "execution": execution.wire, "reverseOrder": True, "maximumPageSize": 1}

    def seen() -> tuple[object, bool]:
        last = desk.client.call("GetWorkflowExecutionHistory", asked)["events"][0]
        return last["eventId"], last["eventType"] in CLOSING

    return watch(seen, request.query_params.get("seen", ""))


CLOSING: Final = frozenset(
    f"WorkflowExecution{how}" for how in ("Completed", "Failed", "Canceled", "Terminated", "TimedOut", "ContinuedAsNew")
)


def _path(execution: Execution) -> str:
    return to("d", execution.domain, "executions", execution.workflow_id, execution.run_id)


# What each tab shows.


def _chart(desk: Desk, looked: Looked, request: Request) -> dict[str, Any]:
    if looked.plan is ABSENT:
        return {"svg": "", "why_not": "", "nodes": [], "node": "", "works": [], "items": {}, "left_out": 0}
    address = (looked.execution.domain, looked.execution.workflow_id, looked.execution.run_id)
    view = desk.histories.view(address, looked.plan, looked.at)
    if isinstance(view, Refused):
        return {"svg": "", "why_not": view.why, "nodes": [], "node": "", "works": [], "items": {}, "left_out": 0}
    name = request.query_params.get("node", "")
    works = [work for work in works_of(looked.shown) if work.node == name] if name else []
    return {
        "svg": Markup(svg_over(looked.plan, overlay_of(looked.plan, view))),  # noqa: S704 - our own drawing, whose writer escapes
        "why_not": "",
        "nodes": [view.nodes[name] for name in sorted(view.nodes, key=looked.plan.order.__getitem__)],
        "node": view.nodes.get(name, ""),
        "items": Counter(work.status for work in works if work.item >= 0),
        "works": works[: -WORKS_OF_A_NODE - 1 : -1],
        "left_out": max(0, len(works) - WORKS_OF_A_NODE),
    }


def _summary(_desk: Desk, looked: Looked, _request: Request) -> dict[str, Any]:
    return {"progress": looked.overview.progress}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An event, as the list shows it."""

    id: int
    at: float
    kind: str
    subject: str
    details: str
    failure: bool
    attributes: Mapping[str, Any]
    links: tuple[tuple[str, int, str], ...]
    """Events that it refers to: the member's name, the number, the address."""


def _events(_desk: Desk, looked: Looked, request: Request) -> dict[str, Any]:
    """A page of the events that match, the latest first where so asked."""
    query = request.query_params.get("q", "").strip()
    newest = request.query_params.get("order", "") == "newest"
    lines = list(zip(event_lines(looked.shown), looked.shown, strict=True))
    words = query.lower().split()
    matching = [pair for pair in lines if _has(words, *pair)] if words else lines
    matching = matching[::-1] if newest else matching
    page, pages, few = _page(matching, request)
    rows = [
        Row(
            id=line.event_id,
            at=line.at,
            kind=line.kind,
            subject=line.subject,
            details=line.details or _aside(event_attributes(event)),
            failure=is_failure(line.kind),
            attributes=event_attributes(event),
            links=tuple(_links(looked, event_attributes(event))),
        )
        for line, event in few
    ]
    kept = {"q": query, "order": "newest" if newest else ""}
    return {
        "rows": rows,
        "q": query,
        "newest": newest,
        "found": len(matching),
        "page": page,
        "pages": pages,
        "kept": kept,
    }


def _aside(attributes: Mapping[str, Any]) -> str:
    """What a row says that has nothing else to say: who took a task, or from where it is to be taken."""
    return str(attributes.get("identity", attributes.get("taskList", {}).get("name", "")))


def _has(words: Sequence[str], line: EventLine, event: Event) -> bool:
    """Every word is somewhere in what the row shows, or would show when opened."""
    text = f"{line.event_id} {line.kind} {line.subject} {event_attributes(event)}".lower()
    return all(word in text for word in words)


def _links(looked: Looked, attributes: Mapping[str, Any]) -> list[tuple[str, int, str]]:
    numbers = {name: value for name, value in attributes.items() if name.endswith("EventId") and isinstance(value, int) and value > 0}
    return [
        (name, value, f"{looked.link(tab='events', page=(value - 1) // ROWS_PER_PAGE + 1)}#e{value}") for name, value in numbers.items()
    ]


def _page(rows: Sequence[_T], request: Request) -> tuple[int, int, Sequence[_T]]:
    """Which page was asked for, of how many, and its rows."""
    pages = max(1, -(-len(rows) // ROWS_PER_PAGE))
    page = min(max(1, number(request, "page", otherwise=1)), pages)
    return page, pages, rows[(page - 1) * ROWS_PER_PAGE : page * ROWS_PER_PAGE]


def _activities(_desk: Desk, looked: Looked, request: Request) -> dict[str, Any]:
    page, pages, works = _page([work for work in works_of(looked.shown) if work.kind != "timer"], request)
    return {"works": works, "page": page, "pages": pages, "kept": {}}


def _timeline(_desk: Desk, looked: Looked, _request: Request) -> dict[str, Any]:
    """What is open lasts until now, or until the moment that is looked at."""
    last = looked.events[looked.at - 1]["eventTimestamp"]
    end = max(last, time.time()) if looked.latest and not looked.overview.info.closed else last
    return {"timeline": timeline_of(works_of(looked.shown), looked.events[0]["eventTimestamp"], end)}


_TABS: Final = {"chart": _chart, "summary": _summary, "events": _events, "activities": _activities, "timeline": _timeline}

ROUTES: Final = (
    Route("/d/{domain:part}/executions/{workflow_id:part}/{run_id:part}", show, methods=["GET"]),
    Route("/live/d/{domain:part}/executions/{workflow_id:part}/{run_id:part}", live),
)
