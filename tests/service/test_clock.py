from __future__ import annotations

import math
import threading
import time

import pytest

from engine.service.clock import SystemClock, VirtualClock
from tests.service.world import PATIENCE


def test_a_virtual_clock_stands_still_until_it_is_moved() -> None:
    clock = VirtualClock(100.0)
    assert clock.now() == 100.0
    clock.advance(5.0)
    assert clock.now() == 105.0


def test_a_virtual_clock_can_not_be_moved_back() -> None:
    clock = VirtualClock(100.0)
    with pytest.raises(ValueError, match="goes forward"):
        clock.move_to(99.0)
    assert clock.now() == 100.0


class Sleeper(threading.Thread):
    def __init__(self, clock: VirtualClock, until: float) -> None:
        super().__init__(daemon=True)
        self.condition = threading.Condition()
        self.clock = clock
        self.until = until
        self.woken_at: list[float] = []
        self.start()

    def run(self) -> None:
        with self.condition:
            self.clock.wait(self.condition, self.until)
            self.woken_at.append(self.clock.now())


def await_sleeper(clock: VirtualClock) -> None:
    while clock.next_waking() is math.inf:
        time.sleep(0.001)


def test_who_waits_on_a_virtual_clock_is_woken_when_its_moment_has_come_and_not_before() -> None:
    clock = VirtualClock(100.0)
    sleeper = Sleeper(clock, 110.0)
    await_sleeper(clock)
    assert clock.next_waking() == 110.0
    clock.advance(9.0)
    assert not sleeper.woken_at
    clock.advance(1.0)
    sleeper.join(PATIENCE)
    assert sleeper.woken_at == [110.0]
    assert clock.next_waking() == math.inf


def test_a_wait_for_a_moment_that_is_past_is_no_wait() -> None:
    for clock in (VirtualClock(100.0), SystemClock()):
        condition = threading.Condition()
        with condition:
            clock.wait(condition, 50.0)


def test_who_waits_on_the_system_clock_is_woken_by_a_notification() -> None:
    condition = threading.Condition()
    with condition:

        def notify() -> None:
            with condition:
                condition.notify()

        threading.Thread(target=notify).start()
        SystemClock().wait(condition, math.inf)
