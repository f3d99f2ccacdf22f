"""Between SWF, whose texts have 32,768 characters at most, and everybody else: puts references in the place of what is longer, and the
payloads back in the place of references.

`kept` and `resolved` undo each other for every text: a text that looks like a reference is itself kept under one. Without a store
nothing is longer, a reference is an error, and what looks like one is sent with a space in front: data can't make an execution stand
still. Which members of events and decisions may be references stands here; `control` and reasons never are, nor the details of
activities' failures, which workers cut, nor what Lambda functions are given and give, for nobody on their side resolves or stores it.
Histories keep the references; events are copied where something changes, since they may be the service's own.
Imports `errors`, `reference`, `store` and `swf.wire`; imported by decider, worker, start and the commands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from engine.errors import PayloadMissing, PayloadStoreUnusable
from engine.runtime.payloads.reference import Reference, may_refer, parse, reference_to, to_bytes, to_text
from engine.runtime.payloads.store import NoStore, Store
from engine.swf.wire import decision_member, event_member

Event: TypeAlias = Mapping[str, Any]
Table: TypeAlias = Mapping[str, tuple[str, str]]

LIMIT: Final = 32_768
"""Characters in SWF's own hands: API reference, `Data`."""


def _table(kinds: Mapping[str, str], member: Callable[[str], str]) -> Table:
    return {kind: (member(kind), name) for kind, name in kinds.items()}


NEWS: Final = _table(
    {
        "WorkflowExecutionStarted": "input",
        "WorkflowExecutionSignaled": "input",
        "WorkflowExecutionCompleted": "result",
        "WorkflowExecutionFailed": "details",
        "WorkflowExecutionCanceled": "details",
        "ActivityTaskCompleted": "result",
        "ChildWorkflowExecutionCompleted": "result",
        "ChildWorkflowExecutionFailed": "details",
        "ChildWorkflowExecutionCanceled": "details",
        "MarkerRecorded": "details",
    },
    event_member,
)
"""Event types that bring data to whoever folds them -> the member with their attributes, and which one of these may be a reference."""

ALL: Final = {
    **NEWS,
    **_table(
        {
            "ActivityTaskScheduled": "input",
            "StartChildWorkflowExecutionInitiated": "input",
            "SignalExternalWorkflowExecutionInitiated": "input",
            "WorkflowExecutionContinuedAsNew": "input",
            "WorkflowExecutionTerminated": "details",
        },
        event_member,
    ),
}
"""These too have payloads, which whoever decided them has known already."""

DECISIONS: Final = _table(
    {
        "ScheduleActivityTask": "input",
        "StartChildWorkflowExecution": "input",
        "SignalExternalWorkflowExecution": "input",
        "CompleteWorkflowExecution": "result",
        "FailWorkflowExecution": "details",
        "CancelWorkflowExecution": "details",
        "ContinueAsNewWorkflowExecution": "input",
        "RecordMarker": "details",
    },
    decision_member,
)
"""Decision type -> the member with its attributes, and which one of these may become a reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    store: Store

    @property
    def longest(self) -> int:
        """Characters of the longest payload that there can be."""
        return max(LIMIT, self.store.longest)

    def kept(self, text: str) -> str:
        """What to send for it: the text itself, or a reference to it, which is in the store then. Raises: PayloadStoreUnusable."""
        if len(text) <= LIMIT and parse(text) is None:
            return text
        if len(text) < LIMIT and not self.store.longest:
            return f" {text}"  # the same JSON, and no reference any more
        if len(text) > self.longest:
            raise PayloadStoreUnusable(self.store.where, f"a payload of {len(text):,} characters is too long, it takes {self.longest:,}")
        content = to_bytes(text)
        reference = reference_to(content, len(text))
        self.store.put(reference.sha256, content)
        return reference.text

    def resolved(self, text: str) -> str:
        """What was meant by it. Raises: PayloadMissing, PayloadStoreUnusable."""
        reference = parse(text) if may_refer(text) else None
        return text if reference is None else self._read(reference)

    def events(self, events: Sequence[Event]) -> Sequence[Event]:
        """With the data that folding them needs in the place of references. Raises: as `resolved`."""
        return _replaced(events, NEWS, "eventType", math.inf, self.resolved)

    def shown(self, event: Event) -> Event:
        """With all its payloads. Raises: as `resolved`."""
        return _replaced([event], ALL, "eventType", math.inf, self.resolved)[0]

    def decisions(self, decisions: Sequence[Event]) -> Sequence[Event]:
        """With references in the place of what is too long. Raises: PayloadStoreUnusable."""
        return _replaced(decisions, DECISIONS, "decisionType", LIMIT, self.kept)

    def _read(self, reference: Reference) -> str:
        content = self.store.get(reference.sha256)
        if reference_to(content, 0).sha256 != reference.sha256:
            raise PayloadMissing(reference.sha256, self.store.where, "is damaged: its content has another digest")
        return to_text(content)


NO_CLAIMS: Final = Claims(store=NoStore())
"""Of who has no store."""


def references_in(events: Iterable[Event]) -> Iterator[str]:
    """The digests of all payloads that a history refers to."""
    for event in events:
        row = ALL.get(event["eventType"])
        reference = None if row is None else parse(event[row[0]].get(row[1]) or "")
        if reference is not None:
            yield reference.sha256


def brought(before: Sequence[Event], after: Sequence[Event]) -> int:
    """How many characters `events` has put in the place of references."""
    count = 0
    for old, new in zip(before, after, strict=True):
        if new is not old:
            member, name = NEWS[new["eventType"]]
            count += len(new[member][name])
    return count


def _replaced(items: Sequence[Event], table: Table, kind: str, longest: float, replace: Callable[[str], str]) -> Sequence[Event]:
    """The same sequence where nothing is to be replaced, which is nearly always: this is on the way of every event.

    `replace` is asked about texts of more than `longest` characters, and those that look like references.
    """
    changed: list[Event] | None = None
    for place, item in enumerate(items):
        row = table.get(item[kind])
        if row is None:
            continue
        member, name = row
        text = item.get(member, _EMPTY).get(name)
        if text and (len(text) > longest or may_refer(text)):
            new = replace(text)
            if new is not text:
                changed = list(items) if changed is None else changed
                changed[place] = {**item, member: {**item[member], name: new}}
    return items if changed is None else changed


_EMPTY: Final[Mapping[str, Any]] = {}
