"""The state of a run as it travels from one execution to the next: frozen values with the shape of their JSON.

Small is what counts here: an input of SWF's has 32,768 characters, and what is longer is in markers. What follows from the rest
(joins' counts, what is wanted) is not written down. Imports msgspec, `states`, `spec.model`; imported by `packing` and `unpacking`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from engine.interpreter.states import NodeState
from engine.spec.model import Json

Due: TypeAlias = float | UnsetType
"""Epoch seconds at which a timer is to fire; unset: no timer is waited for."""


class Packed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, rename="camel"):
    """A JSON object without what is as ever."""


class PackedPlace(msgspec.Struct, frozen=True, array_like=True):
    """Of a node in its present visit: where it stands, and its times."""

    state: NodeState
    visit: int
    attempt: int
    entered: float | None
    scheduled: float | None
    started: float | None
    closed: float | None


class PackedOrder(Packed, frozen=True):
    """What all attempts of a visit, or of an item, have in common."""

    input: str | UnsetType = UNSET
    workflow_id: str | UnsetType = UNSET
    tags: tuple[str, ...] = ()


class PackedJob(Packed, frozen=True):
    """An item that is begun and not over; with a time: its next attempt is due then."""

    index: int
    attempt: int
    order: PackedOrder
    due: Due = UNSET


class PackedFan(Packed, frozen=True):
    """The items of a node. Where the node has completed, its items and their results are not needed any more."""

    visit: int
    count: int
    most: int
    tolerated: int
    next: int
    completed: int
    done: dict[int, list[Json]] = {}
    """Results, by the index of the first of those that are next to each other."""
    items: list[Json] = []
    """Of those that are over, nothing is said."""
    known: dict[int, Json] = {}
    open: tuple[PackedJob, ...] = ()
    failed: dict[int, Json] = {}


class PackedChild(msgspec.Struct, frozen=True, array_like=True):
    """Where a node's last child is."""

    node: str
    workflow_id: str
    run_id: str


class PackedDone(Packed, frozen=True):
    """What has completed and can be undone."""

    node: str
    visit: int
    result: Json
    index: int | UnsetType = UNSET
    item: Json = UNSET


class PackedUndo(Packed, frozen=True):
    """What is being undone."""

    done: PackedDone
    attempt: int
    input: str | UnsetType = UNSET
    due: Due = UNSET


class CloseKind(StrEnum):
    COMPLETE = "complete"
    FAIL = "fail"
    CANCEL = "cancel"
    CONTINUE = "continue"


class PackedEnd(Packed, frozen=True):
    """How the run is to end, once all is undone: the close decision's type, its texts, whether its details are ours."""

    close: CloseKind
    ours: bool = False
    text: str | UnsetType = UNSET
    """The result, the details, or the input of the continuation."""
    reason: str = ""


class PackedRun(Packed, frozen=True):
    """What the runs of one chain have in common, and how many there were before."""

    id: str
    """The first one's runId."""
    start: float | int
    """The first one's start."""
    before: int
    timeout: str | UnsetType = UNSET
    """That the first one was started with."""
    deadline: Due = UNSET


class State(Packed, frozen=True):
    """All of a run. What is long stands first and what a signal changes last: most of the text stays as it was then (see `portions`)."""

    digest: str
    run: PackedRun
    fans: dict[str, PackedFan] = {}
    results: dict[str, Json] = {}
    done: tuple[PackedDone, ...] = ()
    places: dict[str, PackedPlace] = {}
    """By node; in the order of the first touch."""
    live: tuple[str, ...] = ()
    """In the order in which they were entered."""
    failures: tuple[str, ...] = ()
    taken: tuple[int, ...] = ()
    """Settled edges of the present visits."""
    dead: tuple[int, ...] = ()
    turns: dict[int, int] = {}
    """How often edges were taken, ever."""
    repeated: dict[str, dict[int, int]] = {}
    visits: dict[str, int] = {}
    errors: dict[str, Json] = {}
    signals: dict[str, list[Json]] = {}
    kept: dict[str, list[Json]] = {}
    waiting: dict[str, list[tuple[str, int]]] = {}
    orders: dict[str, PackedOrder] = {}
    due: dict[str, float] = {}
    """Of nodes that wait for a timer."""
    children: tuple[PackedChild, ...] = ()
    known: dict[str, Json] = {}
    canceled: bool = False
    end: PackedEnd | UnsetType = UNSET
    undone: list[Json] = []
    undo_failed: list[Json] = []
    undo: PackedUndo | UnsetType = UNSET
