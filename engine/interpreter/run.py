"""`Run`: one execution's history, folded. Events go in one by one, in order; the decisions that the run wants come out.

    run = Run(plan, workflow_id="w", run_id="r")
    for event in history:
        run.fold(event)             # applies it, or raises HistoryError and changes nothing
    respond(run.decisions(), run.context())

`fold` is the only writer. `decisions` only reads: asked twice it answers twice, and it asks for everything that is wanted and that no
event has confirmed, so it doesn't matter who sent what before. The parts that it is made of: `door` (reading events), `ledger` (work,
timers, intents), `parking` (what SWF refuses for now), `board` (nodes, edges, joins), `course` and `nodes` (what is next), `closing` (the
end), `compensation` (undoing), `scope` (data), `draining` (when it goes on as a new execution), `envelope` and `unpacking` (what it goes on
from). Imports these, `errors`, `graph.plan` and `spec`; imported by everyone above.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, Literal

from msgspec.structs import replace

from engine.errors import HistoryError, SpecMismatch
from engine.graph.plan import Plan
from engine.interpreter import events as e
from engine.interpreter.board import Board
from engine.interpreter.closing import Closing, Manners, Phase
from engine.interpreter.compensation import MARKER, Compensation
from engine.interpreter.context import summary
from engine.interpreter.course import Course
from engine.interpreter.decisions import Decision, batch
from engine.interpreter.door import RawEvent, read_event
from engine.interpreter.draining import MOST_EVENTS, TOO_LONG, Carry, Draining, Luggage
from engine.interpreter.envelope import carries, opened
from engine.interpreter.failure import of_answer
from engine.interpreter.intents import CancelExecution, CompleteExecution, ContinueExecution, FailExecution, RecordMarker
from engine.interpreter.ledger import MORE, Ledger, Purpose, Work
from engine.interpreter.parking import Parking
from engine.interpreter.parts import Parts, first_of
from engine.interpreter.portions import ANY, Means
from engine.interpreter.scope import Data
from engine.interpreter.texts import LONGEST_DATA
from engine.interpreter.unpacking import chain_of, read_state, take_up
from engine.interpreter.view import Outcome, RunView, view_edges, view_nodes
from engine.interpreter.watching import NOBODY, Watcher
from engine.spec.model import ABSENT, Absent
from engine.spec.payload import decode, encode

SPEC_MARKER: Final = "swfgraph.spec"
"""Says in the history which spec the execution was begun under; its details are JSON: digest, spec, version."""

OURS: Final = {
    e.CloseStatus.COMPLETED: CompleteExecution,
    e.CloseStatus.FAILED: FailExecution,
    e.CloseStatus.CANCELED: CancelExecution,
    e.CloseStatus.CONTINUED_AS_NEW: ContinueExecution,
}
"""The ends that only a decider can bring about. SWF itself times executions out, people and policies terminate them."""

STILL: Final = (e.Irrelevant, e.DecisionTaskStarted, e.MarkerRecorded)
TICKS: Final = (e.TimerStarted, e.TimerFired)
"""After these the run stands where it stood: all of the former, and the latter where the timer only asks for another decision task."""


class Run:
    """See above. `closed` and `outcome` follow the close event, not the wish to close.

    `longest`: characters of a payload that can be carried, SWF's own limit unless there is a store for longer ones. `most_events`: when
    the history has so many, the run goes on as a new execution. `means`: how a state travels there.
    """

    __slots__ = ("_closing", "_course", "_data", "_draining", "_now", "_parking", "last_event_id", "outcome", "parts")

    def __init__(  # noqa: PLR0913  (most of them have a default that nearly all take)
        self,
        plan: Plan,
        *,
        workflow_id: str,
        run_id: str,
        longest: int = LONGEST_DATA,
        most_events: int = MOST_EVENTS,
        means: Means = ANY,
        watcher: Watcher = NOBODY,
    ) -> None:
        board, ledger = Board(plan, watcher), Ledger()
        self._data = Data(workflow_id, run_id, longest)
        self._parking = Parking(ledger, run_id)
        manners = Manners(patience=plan.spec.timeouts.cancel, on_cancel=plan.spec.on_cancel)
        self._closing = Closing(board, ledger, self._parking, Compensation(plan, ledger, self._data), manners)
        self._course = Course(plan, board, ledger, self._parking, self._closing, self._data)
        self.parts = Parts(plan=plan, board=board, data=self._data, ledger=ledger, nodes=self._course.nodes, closing=self._closing)
        """For `carry`: only this class changes any of it."""
        self._draining = Draining(self.parts, most_events, means)
        self._now = 0.0
        self.last_event_id = 0
        self.outcome: Outcome | Literal[Absent.ABSENT] = ABSENT

    @property
    def plan(self) -> Plan:
        return self.parts.plan

    @property
    def closed(self) -> bool:
        return self._closing.phase is Phase.CLOSED

    def fold(self, raw: RawEvent) -> None:
        """Apply one event of the history, the one after `last_event_id`.

        Raises: HistoryError (it can't follow here; the run is as it was), SpecMismatch (the execution belongs to another spec).
        """
        event = read_event(raw)
        if event.id != self.last_event_id + 1:
            raise HistoryError(event.id, f"after event {self.last_event_id} comes {self.last_event_id + 1}: fold all events, in order")
        if self._closing.phase is Phase.CLOSED:
            raise HistoryError(event.id, "the execution is closed: nothing can happen any more")
        if (event.id == 1) is not isinstance(event, e.ExecutionStarted):
            raise HistoryError(event.id, "a history begins with WorkflowExecutionStarted, and has no second one")
        self.parts.ledger.now = event.time
        self.HANDLERS[type(event)](self, event)
        self.last_event_id = event.id
        self._now = event.time
        self._drain(event)
        if self._closing.waiting and isinstance(event, e.DecisionTaskStarted):
            self._end(event)

    def decisions(self) -> list[Decision]:
        """SWF decisions for everything that is wanted and that no event has confirmed: at most 100, a close decision last."""
        close = self._closing.wanted
        if close is ABSENT and not self.closed:
            close = self._draining.intent
        return batch(self.parts.ledger.pending, close, self.parts.ledger.more, self._now, again=self._draining.recording)

    @property
    def carry(self) -> Carry | Literal[Absent.ABSENT]:
        """What keeps a long run from going on as a new execution, if it is to."""
        return self._draining.said

    def context(self) -> str:
        """The executionContext: a small JSON summary."""
        return summary(len(self.plan.nodes), self.parts.board, self._closing, self._course.nodes.fanouts, self._draining.said)

    def view(self) -> RunView:
        return RunView(
            nodes=view_nodes(self.plan, self.parts.board, self._data, self._course.nodes.fanouts, self._course.nodes.works),
            edges=view_edges(self.plan, self.parts.board),
            phase=self._closing.phase,
            outcome=self.outcome,
            compensation=self._closing.compensation.report() if self._closing.compensation.tried else {},
            last_event_id=self.last_event_id,
            time=self._now,
        )

    def _drain(self, event: e.Event) -> None:
        if not self._draining.stale:
            self._draining.stale = not (isinstance(event, STILL) or (isinstance(event, TICKS) and event.timer_id.startswith(MORE)))
        if event.id >= self._draining.at and not self.closed:
            self._go_on(event, released=self._draining.look(event.id, deciding=isinstance(event, e.DecisionTaskStarted)))

    def _end(self, event: e.DecisionTaskStarted) -> None:
        """Nothing is on its way any more: a run that waits for no more than that comes to its end, or to its undoing."""
        self.parts.ledger.forget_withdrawn()  # once more: where the draining has just ended the run, it has withdrawn what was never sent
        self._draining.stale = True
        self._course.go_on(event.time)

    def _go_on(self, event: e.Event, *, released: bool) -> None:
        """What was held begins again, if it was released."""
        if released:
            self._course.go_on(event.time)

    # One method per event that moves a run. Each lets the ledger check the event before anything changes.

    def _started(self, event: e.ExecutionStarted) -> None:
        spec = self.plan.spec
        if (event.workflow, event.version) != (spec.name, spec.version):
            raise HistoryError(event.id, f"this is an execution of {event.workflow} {event.version}, not of {spec.name} {spec.version}")
        given = opened(event.input, event.id)
        state = ABSENT if given.state is ABSENT else read_state(given.state, self.plan.digest, event.id)
        chain = first_of(self._data.run_id, event.time, event.terms) if state is ABSENT else chain_of(state)
        self._data.begin(given.value, event.workflow, event.version, chain.start, chain.run_id)
        details = encode({"digest": self.plan.digest, "spec": spec.name, "version": spec.version})
        self.parts.ledger.want_marker(RecordMarker(marker=SPEC_MARKER, details=details))
        self._draining.luggage = Luggage(input=given.value if given.input is not ABSENT else ABSENT, terms=event.terms, chain=chain)
        self._course.nodes.again = ContinueExecution(input=given.input, terms=replace(event.terms, execution_timeout=chain.timeout))
        self._course.nodes.known.update(given.known)
        if given.in_portions and event.input is not ABSENT:
            self._draining.take(event.input)
        if state is ABSENT:
            self._course.begin(event.time)
        else:
            take_up(self.parts, state)
            self._course.go_on(event.time)

    def _cancel_requested(self, event: e.ExecutionCancelRequested) -> None:
        self._course.cancel(event.time)

    def _execution_closed(self, event: e.ExecutionClosed) -> None:
        carried = event.status is e.CloseStatus.CONTINUED_AS_NEW and carries(event.input)
        expected = carried or event.reason == TOO_LONG or event.status not in OURS  # the first two: by one that can carry more, or less
        if not expected and not isinstance(self._closing.intent, OURS[event.status]):
            raise HistoryError(event.id, f"the execution is closed as {event.status}, which this spec does not want here")
        self._closing.closed(event.time)
        self.outcome = Outcome(
            status=event.status,
            time=event.time,
            result=ABSENT if event.result is ABSENT else decode(event.result),
            reason=event.reason,
            details=event.details,
            new_run_id=event.new_run_id,
        )

    def _close_refused(self, event: e.CloseRefused) -> None:
        if event.continuing and not isinstance(self._closing.intent, ContinueExecution):
            self._go_on(event, released=self._draining.refused(event.id, event.cause))
            return
        if not self._closing.asked:
            raise HistoryError(event.id, "a close decision was refused, but this spec wants none here")
        self._closing.refused(event.cause)

    def _decision_task_started(self, event: e.DecisionTaskStarted) -> None:  # noqa: ARG002  (the handlers have one shape)
        self.parts.ledger.forget_withdrawn()

    def _signaled(self, event: e.Signaled) -> None:
        self._course.signaled(event.signal, event.input, event.time)

    def _work_scheduled(self, event: e.WorkScheduled) -> None:
        self._go_on(event, released=self._draining.overtaken(event))
        self._course.scheduled(self.parts.ledger.work_scheduled(event), event.time)
        self._parking.got_through()

    def _work_refused(self, event: e.WorkRefused) -> None:
        self._go_on(event, released=not event.opened and self._draining.overtaken(event))
        self._course.refused(self.parts.ledger.work_refused(event), event.cause, event.time)

    def _work_started(self, event: e.WorkStarted) -> None:
        self._course.started(self.parts.ledger.work_started(event), event.time)

    def _work_completed(self, event: e.WorkCompleted) -> None:
        self._course.completed(self._closed(event), event.result, event.time)

    def _work_failed(self, event: e.WorkFailed | e.WorkTimedOut | e.ChildTerminated | e.FunctionNotStarted) -> None:
        failure = of_answer(event)
        self._course.failed(self._closed(event), failure, event.time)

    def _work_canceled(self, event: e.WorkCanceled) -> None:
        self._course.canceled(self._closed(event), of_answer(event), event.time)

    def _closed(self, event: e.Answer) -> Work:
        work = self.parts.ledger.work_closed(event)
        self._parking.room_for(work.kind)
        return work

    def _work_cancel_requested(self, event: e.CancelRequested) -> None:
        self.parts.ledger.cancel_requested(event)

    def _work_cancel_refused(self, event: e.CancelRefused) -> None:
        self.parts.ledger.cancel_refused(event)

    def _timer_started(self, event: e.TimerStarted) -> None:
        if self._is_strange(event.timer_id):
            return
        timer = self.parts.ledger.timer_started(event)
        if timer is not ABSENT and timer.address is not ABSENT:
            self._parking.got_through()

    def _timer_refused(self, event: e.StartTimerFailed) -> None:
        if self._is_strange(event.timer_id):
            return
        timer = self.parts.ledger.timer_refused(event)
        if timer is not ABSENT:
            self._course.timer_refused(timer, event.cause, event.time)

    def _timer_fired(self, event: e.TimerFired) -> None:
        if self._is_strange(event.timer_id):
            return
        timer = self.parts.ledger.timer_closed(event)
        self._parking.room_for_timer()
        if timer is not ABSENT:
            if timer.live and timer.purpose is Purpose.DRAIN:
                self._draining.lose_patience()
            self._course.fired(timer, event.time)

    def _timer_canceled(self, event: e.TimerCanceled) -> None:
        if self._is_strange(event.timer_id):
            return
        self.parts.ledger.timer_closed(event)
        self._parking.room_for_timer()

    def _timer_not_canceled(self, event: e.CancelTimerFailed) -> None:
        self.parts.ledger.timer_not_canceled(event)

    def _is_strange(self, timer_id: str) -> bool:
        return self._draining.is_strange(timer_id)

    def _marker_recorded(self, event: e.MarkerRecorded) -> None:
        if event.marker == MARKER:
            self.parts.ledger.marker_answered(event.marker)
        if event.marker != SPEC_MARKER:
            self._draining.marker_recorded(event.id, event.marker, event.details)
            return
        details = decode(event.details)
        recorded = details.get("digest") if isinstance(details, Mapping) else None
        if recorded != self.plan.digest:
            raise SpecMismatch(event.id, recorded=str(recorded), ours=self.plan.digest)
        self.parts.ledger.marker_answered(event.marker)

    def _marker_refused(self, event: e.RecordMarkerFailed) -> None:
        """Without the spec's marker a changed spec goes unnoticed, but the execution can go on."""
        self.parts.ledger.marker_answered(event.marker)
        self._go_on(event, released=self._draining.marker_refused(event.id, event.marker))

    def _nothing(self, event: e.Irrelevant) -> None:
        pass

    HANDLERS: ClassVar[Mapping[type[e.Event], Callable[[Run, Any], None]]] = {
        e.Irrelevant: _nothing,
        e.ExecutionStarted: _started,
        e.ExecutionCancelRequested: _cancel_requested,
        e.ExecutionClosed: _execution_closed,
        e.CloseRefused: _close_refused,
        e.DecisionTaskStarted: _decision_task_started,
        e.Signaled: _signaled,
        e.WorkScheduled: _work_scheduled,
        e.WorkRefused: _work_refused,
        e.WorkStarted: _work_started,
        e.WorkCompleted: _work_completed,
        e.WorkFailed: _work_failed,
        e.WorkTimedOut: _work_failed,
        e.WorkCanceled: _work_canceled,
        e.ChildTerminated: _work_failed,
        e.FunctionNotStarted: _work_failed,
        e.CancelRequested: _work_cancel_requested,
        e.CancelRefused: _work_cancel_refused,
        e.TimerStarted: _timer_started,
        e.StartTimerFailed: _timer_refused,
        e.TimerFired: _timer_fired,
        e.TimerCanceled: _timer_canceled,
        e.CancelTimerFailed: _timer_not_canceled,
        e.MarkerRecorded: _marker_recorded,
        e.RecordMarkerFailed: _marker_refused,
    }
