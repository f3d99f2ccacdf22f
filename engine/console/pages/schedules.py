"""The schedules of the specs that the console was given: how each stands at the endpoint, and its next times, live; pause,
resume, run now."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final, Literal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.console.desk import Desk, desk_of
from engine.console.live import mark, watch
from engine.errors import SwfFault, UsageError
from engine.runtime.schedule.asking import ask, pause, resume, standing, taken_up
from engine.runtime.schedule.cron import times_after
from engine.runtime.schedule.names import execution_id
from engine.runtime.schedule.state import State
from engine.spec.model import ABSENT, Absent, Schedule, Spec

TIMES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    spec: Spec
    schedule: Schedule
    next: tuple[tuple[float, str], ...]
    """Times, and the workflowIds that they will have."""
    state: State | Literal[Absent.ABSENT]
    attended: bool
    """Some scheduler runs, and sees to it."""
    problem: str


def show(request: Request) -> Response:
    desk = desk_of(request)
    rows = _rows(desk)
    return desk.page(request, "schedules.html", rows=rows, live=f"{desk.root}/live/schedules?seen={mark(_looks(rows))}")


async def live(request: Request) -> Response:
    """Says `changed` when a schedule stands otherwise, or one of its times has come."""
    desk = desk_of(request)
    return watch(lambda: (_looks(_rows(desk)), False), request.query_params.get("seen", ""))


def _rows(desk: Desk) -> list[Row]:
    specs = [shelved.checked.plan.spec for shelved in desk.shelf.all() if shelved.checked.plan is not ABSENT]
    return [_row(desk, spec) for spec in specs if spec.schedule is not ABSENT]


def _looks(rows: Sequence[Row]) -> list[tuple[object, ...]]:
    """What of schedules the page shows."""
    return [(row.spec.name, row.spec.version, row.schedule, row.next, row.state, row.attended, row.problem) for row in rows]


def _row(desk: Desk, spec: Spec) -> Row:
    schedule = _schedule(spec)
    problem, found, attended = "", None, False
    try:
        found = standing(desk.client, spec)
        attended = found is not ABSENT and taken_up(desk.client, spec)
    except SwfFault as fault:  # its domain is not registered yet, say: the other schedules are shown all the same
        problem = fault.message or fault.code
    times = islice(times_after(schedule.cron, schedule.time_zone, time.time()), TIMES)
    return Row(
        spec=spec,
        schedule=schedule,
        next=tuple((at, execution_id(spec.name, at)) for at in times),
        state=ABSENT if found is None or found is ABSENT else found.state,
        attended=attended,
        problem=problem,
    )


async def act(request: Request) -> Response:
    desk = desk_of(request)
    form = await desk.form(request)
    name, version = form.get("name", ""), form.get("version", "")
    plan = desk.shelf.plan(name, version)
    if plan is ABSENT or plan.spec.schedule is ABSENT:
        raise UsageError(f"the console has no spec {name} {version} with a schedule")
    spec = plan.spec
    actions: dict[str, tuple[Callable[[], None], str]] = {
        "pause": (partial(pause, desk.client, spec, form.get("reason", "")), "is paused for all schedulers"),
        "resume": (partial(resume, desk.client, spec), "goes on"),
        "now": (partial(ask, desk.client, spec, [int(time.time())], at_once=True), "is asked for an execution now"),
    }
    wanted = form.get("do", "")
    if wanted not in actions:
        raise UsageError(f"{wanted!r} can't be done to a schedule: pause, resume or now")
    carry_out, said = actions[wanted]
    await run_in_threadpool(carry_out)
    return desk.done(request, f"The schedule of {name} {said}.", "/schedules")


def _schedule(spec: Spec) -> Schedule:
    if spec.schedule is ABSENT:
        raise AssertionError(f"{spec.name} has no schedule")
    return spec.schedule


ROUTES: Final = (
    Route("/schedules", show, methods=["GET"]),
    Route("/schedules", act, methods=["POST"]),
    Route("/live/schedules", live),
)
