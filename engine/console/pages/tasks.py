"""Task lists: how many tasks wait in each, and who polled lately.

SWF has no list of task lists: those that the specs, the registered types and the latest executions name are shown. Nor does it say who
polls: whoever has got a task lately stands in the histories.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.console.desk import Desk, desk_of, to
from engine.console.live import mark, watch
from engine.runtime.reading.searching import Wanted, search
from engine.spec.model import ABSENT, ActivityNode
from engine.swf.client import Client
from engine.swf.paging import paged
from engine.swf.wire import event_attributes

EXECUTIONS: Final = 20
"""The latest ones, whose latest events say who has polled."""
EVENTS: Final = 100
TYPES: Final = 100
DECISIONS, ACTIVITIES = "decision", "activity"
TASKS: Final = {
    f"{kind.capitalize()}Task{how.capitalize()}": (kind, how) for kind in (DECISIONS, ACTIVITIES) for how in ("scheduled", "started")
}
"""Events that say from which list a task is to be taken, and who has."""
Polled: TypeAlias = dict[tuple[str, str], dict[str, float]]
"""Kind and task list -> who has got a task from it -> when, the last time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    kind: str
    """decision or activity."""
    name: str
    pending: int
    more: bool
    """There are more pending ones than SWF counts."""
    pollers: tuple[tuple[str, float], ...]
    """Identity, and when it last got a task; the latest first."""

    @property
    def forsaken(self) -> bool:
        """Tasks wait, and nobody has come for any lately."""
        return self.pending > 0 and not self.pollers


def show(request: Request) -> Response:
    desk = desk_of(request)
    domain = request.path_params["domain"]
    rows = rows_of(desk, domain)
    return desk.page(request, "tasks.html", rows=rows, live=f"{desk.root}/live{to('d', domain, 'tasks')}?seen={mark(rows)}")


async def live(request: Request) -> Response:
    desk = desk_of(request)
    return watch(lambda: (rows_of(desk, request.path_params["domain"]), False), request.query_params.get("seen", ""))


def rows_of(desk: Desk, domain: str) -> list[Row]:
    """Those where tasks wait in vain first; then decisions, activities; by name."""
    polled = _polled(desk.client, domain)
    lists = {*_of_specs(desk, domain), *_of_types(desk.client, domain), *polled}
    rows = [_row(desk.client, domain, kind, name, polled.get((kind, name), {})) for kind, name in lists]
    return sorted(rows, key=lambda row: (not row.forsaken, row.kind != DECISIONS, row.name))


def _row(client: Client, domain: str, kind: str, name: str, polled: dict[str, float]) -> Row:
    counted = client.call(f"CountPending{kind.capitalize()}Tasks", {"domain": domain, "taskList": {"name": name}})
    pollers = sorted(polled.items(), key=lambda pair: -pair[1])
    return Row(kind=kind, name=name, pending=counted["count"], more=counted.get("truncated", False), pollers=tuple(pollers[:10]))


def _of_specs(desk: Desk, domain: str) -> Iterator[tuple[str, str]]:
    for shelved in desk.shelf.all():
        plan = shelved.checked.plan
        if plan is not ABSENT and plan.spec.domain == domain:
            yield DECISIONS, plan.spec.task_list
            yield from ((ACTIVITIES, node.task_list) for node in plan.nodes.values() if isinstance(node, ActivityNode))


def _of_types(client: Client, domain: str) -> Iterator[tuple[str, str]]:
    for kind, name in ((DECISIONS, "Workflow"), (ACTIVITIES, "Activity")):
        member = f"{name.lower()}Type"
        infos = paged(client, f"List{name}Types", {"domain": domain, "registrationStatus": "REGISTERED"}, "typeInfos")
        for info in islice(infos, TYPES):
            configuration = client.call(f"Describe{name}Type", {"domain": domain, member: info[member]})["configuration"]
            if "defaultTaskList" in configuration:
                yield kind, configuration["defaultTaskList"]["name"]


def _polled(client: Client, domain: str) -> Polled:
    """What the latest executions have put into task lists, and who has got it."""
    found: Polled = {}
    for info in islice(search(client, domain, Wanted()), EXECUTIONS):
        asked = {"domain": domain, "execution": info.wire["execution"], "reverseOrder": True, "maximumPageSize": EVENTS}
        _add(found, client.call("GetWorkflowExecutionHistory", asked)["events"][::-1])
    return found


def _add(found: Polled, events: Sequence[Mapping[str, Any]]) -> None:
    """What the end of a history says: every task is scheduled before it is taken."""
    lists: dict[int, tuple[str, str]] = {}
    for event in events:
        kind, how = TASKS.get(event["eventType"], ("", ""))
        attributes = event_attributes(event) if kind else {}
        if how == "scheduled":
            lists[event["eventId"]] = kind, attributes["taskList"]["name"]
            found.setdefault(lists[event["eventId"]], {})
        elif kind and attributes["scheduledEventId"] in lists and "identity" in attributes:
            seen = found[lists[attributes["scheduledEventId"]]]
            seen[attributes["identity"]] = max(seen.get(attributes["identity"], 0.0), event["eventTimestamp"])


ROUTES: Final = (
    Route("/d/{domain:part}/tasks", show),
    Route("/live/d/{domain:part}/tasks", live),
)
