"""Group commit, watched from inside: the writer is a function that the test holds open, so that who waits for whom is certain."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from engine.service.journal import Journal, Seat, Standing
from engine.service.rows import ExecutionDeleted, Row
from tests.service.world import PATIENCE


def row(run: int) -> Row:
    return ExecutionDeleted(run=run)


class Books:
    """A journal whose writes are noted, and can be made to fail."""

    def __init__(self) -> None:
        self.mutex = threading.Lock()
        self.written: list[list[Row]] = []
        self.lost = 0
        self.fault: Exception | None = None
        self.during_write: Callable[[], object] = lambda: None
        self.journal = Journal(self._write, self.mutex, self._lose)

    def _write(self, rows: Sequence[Row]) -> None:
        self.during_write()
        if self.fault is not None:
            raise self.fault
        self.written.append(list(rows))

    def _lose(self) -> None:
        self.lost += 1

    def add(self, run: int) -> tuple[Seat, Standing]:
        """Add a row and take a seat for it."""
        with self.mutex:
            self.journal.add([row(run)])
            return self.sit()

    def sit(self) -> tuple[Seat, Standing]:
        woken: list[Seat] = []
        seat = Noted(woken)
        return seat, self.journal.take_seat(seat)


class Noted(Seat):
    __slots__ = ("woken",)

    def __init__(self, woken: list[Seat]) -> None:
        super().__init__(lambda: woken.append(self))
        self.woken = woken


def was_woken(seat: Seat) -> bool:
    assert isinstance(seat, Noted)
    return bool(seat.woken)


def test_where_nothing_was_added_everything_is_durable() -> None:
    assert Books().sit()[1] is Standing.DURABLE


def test_the_first_who_adds_leads_and_those_who_come_meanwhile_wait() -> None:
    books = Books()
    assert books.add(1)[1] is Standing.LEAD
    assert books.add(2)[1] is Standing.WAIT
    assert books.sit()[1] is Standing.WAIT, "a reader may have seen what was added"


def test_the_leader_writes_for_all_who_have_arrived_in_one_go() -> None:
    books = Books()
    books.add(1)
    second, _ = books.add(2)
    books.journal.lead()
    assert books.written == [[row(1), row(2)]]
    assert was_woken(second)
    assert not second.leads
    assert books.sit()[1] is Standing.DURABLE


def test_who_arrives_during_a_write_is_not_woken_by_it_but_leads_the_next() -> None:
    books = Books()
    books.add(1)
    late: list[Seat] = []
    books.during_write = lambda: late.append(books.add(len(late) + 2)[0]) if len(late) < 2 else None
    books.journal.lead()
    heir = late[0]
    assert was_woken(heir)
    assert heir.leads
    books.journal.lead()
    assert books.written == [[row(1)], [row(2)]]
    assert late[1].leads
    books.journal.lead()
    assert books.written == [[row(1)], [row(2)], [row(3)]]
    assert books.add(9)[1] is Standing.LEAD


def test_a_write_that_fails_fails_for_all_who_rest_on_it() -> None:
    books = Books()
    books.add(1)
    second, _ = books.add(2)
    during: list[Seat] = []
    books.during_write = lambda: during.append(books.add(3)[0])
    books.fault = OSError("disk full")
    with pytest.raises(OSError, match="disk full"):
        books.journal.lead()
    for seat in (second, during[0]):
        assert was_woken(seat)
        assert seat.error is books.fault
    assert books.lost == 1
    assert books.written == []


def test_after_a_failure_the_journal_starts_afresh() -> None:
    books = Books()
    books.add(1)
    books.fault = OSError("disk full")
    with pytest.raises(OSError, match="disk full"):
        books.journal.lead()
    books.fault = None
    assert books.sit()[1] is Standing.DURABLE
    assert books.add(2)[1] is Standing.LEAD
    books.journal.lead()
    assert books.written == [[row(2)]]


def test_what_is_thrown_away_before_its_leader_comes_is_not_written_and_the_leader_knows() -> None:
    books = Books()
    leader, _ = books.add(1)
    follower, _ = books.add(2)
    bug = RuntimeError("bug")
    with books.mutex:
        books.journal.throw_away(bug)
    books.journal.lead()
    assert books.written == []
    assert leader.error is bug
    assert follower.error is bug


def test_what_is_being_written_is_not_thrown_away() -> None:
    books = Books()
    books.add(1)
    before, _ = books.add(2)
    after: list[Seat] = []

    def meanwhile() -> None:
        after.append(books.add(3)[0])
        with books.mutex:
            books.journal.throw_away(RuntimeError("bug"))

    books.during_write = meanwhile
    books.journal.lead()
    assert books.written == [[row(1), row(2)]]
    assert before.error is None
    assert after[0].error is not None


def test_who_goes_away_is_not_made_leader() -> None:
    books = Books()
    books.add(1)
    late: list[Seat] = []
    books.during_write = lambda: late.append(books.add(len(late) + 2)[0]) if len(late) < 2 else None

    with books.mutex:
        gone = books.sit()[0]
        assert not books.journal.leave(gone)
    books.journal.lead()
    assert not was_woken(gone)
    assert late[0].leads
    with books.mutex:
        assert books.journal.leave(late[0]), "it has been named: it leads before it goes"


def test_one_volunteers_where_there_are_rows_and_nobody_leads() -> None:
    books = Books()
    with books.mutex:
        assert not books.journal.volunteer()
        books.journal.add([row(1)])
        assert books.journal.volunteer()
        assert not books.journal.volunteer()
    books.journal.lead()
    assert books.written == [[row(1)]]


def test_the_last_one_to_go_writes_what_is_left() -> None:
    books = Books()
    books.add(1)
    books.journal.drain()
    books.journal.drain()
    assert books.written == [[row(1)]]


def test_two_leaders_write_one_after_the_other() -> None:
    books = Books()
    inside, most = [0], [0]
    gate = threading.Event()

    def counted() -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        gate.wait(0.05)
        inside[0] -= 1

    books.during_write = counted
    books.add(1)
    first = threading.Thread(target=books.journal.lead)
    second = threading.Thread(target=books.journal.lead)
    first.start()
    second.start()
    books.add(2)
    first.join(PATIENCE)
    second.join(PATIENCE)
    books.during_write = lambda: None
    books.journal.drain()
    assert most == [1]
    assert sorted(str(one) for rows in books.written for one in rows) == sorted([str(row(1)), str(row(2))])
