"""Reminders: nothing is lost, nothing comes twice, stale ones are swept out."""

from __future__ import annotations

import math

from engine.service.timeouts import Due, Timeouts

Key = tuple[int, int, int]


class Facts(dict[Key, float]):
    """When what falls due."""

    def due_of(self, run: int, kind: int, key: int) -> float:
        return self.get((run, kind, key), math.inf)


def test_things_come_in_due_order_and_no_sooner() -> None:
    facts = Facts({(1, Due.TIMER, 5): 30.0, (2, Due.ACTIVITY, 7): 10.0, (1, Due.EXECUTION, 0): 20.0})
    timeouts = Timeouts(facts.due_of)
    for (run, kind, key), when in facts.items():
        timeouts.arm(when, run, Due(kind), key)
    assert timeouts.next_due() == 10.0
    assert timeouts.take(9.9) == []
    assert [timeouts.take(25.0)[0][0] for _ in range(2)] == [10.0, 20.0]
    assert timeouts.take(25.0) == []
    assert timeouts.next_due() == 30.0


def test_what_is_put_off_comes_at_its_new_time_without_being_armed_again() -> None:
    facts = Facts({(1, Due.ACTIVITY, 5): 10.0})
    timeouts = Timeouts(facts.due_of)
    timeouts.arm(10.0, 1, Due.ACTIVITY, 5)
    facts[1, Due.ACTIVITY, 5] = 40.0
    assert timeouts.take(39.0) == []
    assert timeouts.take(40.0) == [(40.0, 1, Due.ACTIVITY, 5)]


def test_what_is_gone_does_not_come() -> None:
    facts = Facts({(1, Due.TIMER, 5): 10.0})
    timeouts = Timeouts(facts.due_of)
    timeouts.arm(10.0, 1, Due.TIMER, 5)
    facts.clear()
    assert timeouts.reached(10.0)
    assert timeouts.take(100.0) == []
    assert timeouts.next_due() == math.inf
    assert not timeouts.reached(100.0)


def test_the_next_look_comes_no_later_than_the_next_thing_that_falls_due() -> None:
    facts = Facts({(1, Due.TIMER, 5): 10.0, (1, Due.TIMER, 6): 30.0})
    timeouts = Timeouts(facts.due_of)
    assert timeouts.next_look() == math.inf
    timeouts.arm(10.0, 1, Due.TIMER, 5)
    timeouts.arm(30.0, 1, Due.TIMER, 6)
    del facts[1, Due.TIMER, 5]
    assert (timeouts.next_look(), timeouts.next_due(), timeouts.next_look()) == (10.0, 30.0, 30.0)


def test_what_never_falls_due_needs_no_reminder() -> None:
    timeouts = Timeouts(Facts().due_of)
    timeouts.arm(math.inf, 1, Due.EXECUTION, 0)
    assert len(timeouts) == 0


def test_reminders_of_what_is_gone_do_not_pile_up() -> None:
    facts = Facts({(0, Due.EXECUTION, 0): 9.0})
    timeouts = Timeouts(facts.due_of)
    timeouts.arm(9.0, 0, Due.EXECUTION, 0)
    for run in range(1, 50_000):
        timeouts.arm(1000.0 + run, run, Due.EXECUTION, 0)
    assert len(timeouts) < 10_000
    assert timeouts.take(9.0) == [(9.0, 0, Due.EXECUTION, 0)]
