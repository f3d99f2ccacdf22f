"""The state file of the alerts: who takes what, what is kept, what is given up."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import DatabaseUnusable
from engine.runtime.alerts.occurrence import Level, Message
from engine.runtime.alerts.outbox import GIVE_UP, KEEP_ALERTS, Outbox


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    found = Outbox.open(tmp_path / "state.db")
    yield found
    found.close()


def alert(number: int, channel: str = "ops") -> Message:
    return Message(alert_id=f"{number}", channel=channel, level=Level.INFO, title=f"title {number}", body="body", at=float(number))


def taken(outbox: Outbox, now: float, channel: str = "ops") -> list[str]:
    return [due.message.alert_id for due in outbox.take(channel, now, most=10, until=now + 60)]


def test_an_alert_is_written_once_however_often_it_is_made(outbox: Outbox) -> None:
    for _ in range(3):
        outbox.write([alert(1)], {}, 0.0)
    assert taken(outbox, 0.0) == ["1"]
    outbox.sent(["1"], 1.0)
    outbox.write([alert(1)], {}, 2.0)
    assert taken(outbox, 1000.0) == []


def test_what_one_has_taken_nobody_else_gets_until_its_time_is_over(outbox: Outbox, tmp_path: Path) -> None:
    outbox.write([alert(1)], {}, 0.0)
    other = Outbox.open(tmp_path / "state.db")
    assert taken(outbox, 0.0) == ["1"]
    assert taken(other, 59.0) == []
    assert taken(other, 61.0) == ["1"]
    other.close()


def test_alerts_go_out_in_the_order_in_which_things_happened(outbox: Outbox) -> None:
    outbox.write([alert(3), alert(1)], {}, 0.0)
    outbox.write([alert(2)], {}, 1.0)
    assert taken(outbox, 2.0) == ["1", "2", "3"]


def test_a_failure_holds_the_channel_and_no_other(outbox: Outbox) -> None:
    outbox.write([alert(1), alert(2), alert(3, "dev")], {}, 0.0)
    [first, *_] = outbox.take("ops", 0.0, most=1, until=60.0)
    outbox.failed("ops", [first.message.alert_id], "no", 300.0)
    assert taken(outbox, 200.0) == []
    assert taken(outbox, 200.0, "dev") == ["3"]
    assert taken(outbox, 300.0) == ["1", "2"]


def test_many_that_take_at_once_get_each_alert_once(outbox: Outbox, tmp_path: Path) -> None:
    outbox.write([alert(number) for number in range(50)], {}, 0.0)
    got: list[str] = []

    def take() -> None:
        mine = Outbox.open(tmp_path / "state.db")
        while found := [due.message.alert_id for due in mine.take("ops", 0.0, most=3, until=60.0)]:
            got.extend(found)
        mine.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got, key=int) == [str(number) for number in range(50)]


def test_what_a_channel_does_not_take_for_a_week_is_given_up_and_what_was_never_tried_is_not(outbox: Outbox) -> None:
    outbox.write([alert(1), alert(2, "dev")], {}, 0.0)
    outbox.failed("ops", ["1"], "no", 5.0)
    assert outbox.tidy(GIVE_UP) == []
    assert outbox.tidy(GIVE_UP + 1) == [("1", "ops", "title 1")]
    standing = {told.alert_id: (told.given_up, told.sent) for told in outbox.latest(10)}
    assert standing == {"1": (True, 0.0), "2": (False, 0.0)}


def test_alerts_are_forgotten_when_no_execution_can_bring_them_again(outbox: Outbox) -> None:
    outbox.write([alert(1)], {}, 0.0)
    outbox.sent(["1"], 1.0)
    outbox.tidy(KEEP_ALERTS)
    assert outbox.unknown(["1"]) == set()
    outbox.tidy(KEEP_ALERTS + 2)
    assert outbox.unknown(["1"]) == {"1"}


def test_the_first_look_is_where_a_workflow_begins_and_nobody_goes_back(outbox: Outbox) -> None:
    outbox.begin("d", "w", 10.0)
    outbox.reach("d", "w", 50.0)
    outbox.reach("d", "w", 40.0)
    again = outbox.begin("d", "w", 99.0)
    assert (again.since, again.reached) == (10.0, 50.0)


def test_executions_that_were_seen_are_not_looked_at_again(outbox: Outbox) -> None:
    outbox.write([], {"a": 5.0}, 5.0)
    assert outbox.unseen(["a", "b"]) == {"b"}


def test_a_file_that_is_no_state_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_text("not a database at all, and long enough to be none" * 10, encoding="utf-8")
    with pytest.raises(DatabaseUnusable, match="state file"):
        Outbox.open(tmp_path / "state.db")


def test_a_transaction_that_fails_changes_nothing(outbox: Outbox) -> None:
    broken = Message(alert_id="2", channel="ops", level=Level.INFO, title="t", body=None, at=0.0)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        outbox.write([alert(1), broken], {"a": 1.0}, 0.0)
    assert taken(outbox, 0.0) == []
    assert outbox.unseen(["a"]) == {"a"}
