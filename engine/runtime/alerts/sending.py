"""Sends what stands in the outbox, one loop per channel: one that fails or hangs is tried again with back-off, and blocks no other.

At least once: an alert is marked as sent after it was. It is taken for a while meanwhile; who is killed in between has it sent again
then, with the same id. Many at once go out as one message. Imports `channels`, `occurrence`, `outbox`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from engine.runtime.alerts.channels import Channel, shown
from engine.runtime.alerts.occurrence import MOST_TOGETHER, Level
from engine.runtime.alerts.outbox import Due, Outbox

log = logging.getLogger(__name__)

LEASE: Final = 60.0
"""Seconds that sending may take before another process may try the same."""
MOST: Final = 50
"""Alerts in one message."""
FIRST: Final = 5.0
LONGEST: Final = 900.0
IDLE: Final = 1.0
"""Seconds between two looks into the outbox, where nobody wakes us."""

_RANK: Final = (Level.FAILURE, Level.WARNING, Level.INFO, Level.SUCCESS)


def back_off(tries: int) -> float:
    """Seconds after so many failures in a row: 5, 10, 20 ... 900."""
    return min(LONGEST, FIRST * 2.0 ** min(tries - 1, 20))


class Sending:
    """One channel's loop."""

    def __init__(self, outbox: Outbox, channel: Channel, *, now: Callable[[], float] = time.time) -> None:
        self._outbox = outbox
        self._channel = channel
        self._now = now
        self._failing = False
        self.news = threading.Event()
        """Set: there may be something to send."""

    def turn(self) -> None:
        """Send what is due, or wait for it."""
        if not self.send_due():
            self.news.wait(IDLE)
            self.news.clear()

    def send_due(self) -> bool:
        """One message; whether there was anything to send."""
        now = self._now()
        due = self._outbox.take(self._channel.name, now, most=MOST, until=now + LEASE)
        if not due:
            return False
        batches = [[one] for one in due] if len(due) <= MOST_TOGETHER else [due]
        return all(self._send(batch) for batch in batches)

    def _send(self, due: Sequence[Due]) -> bool:
        """Whether it was taken. Where not, all that is for this channel waits."""
        name, ids = self._channel.name, [one.message.alert_id for one in due]
        problem = self._channel.send(*text_of(due))
        if problem:
            self._failing = True
            wait = back_off(1 + max(one.tries for one in due))
            self._outbox.failed(name, ids, problem, self._now() + wait)
            log.error("The channel %s does not take alerts, trying again in %.0f s: %s", shown(name), wait, problem)
            return False
        self._outbox.sent(ids, self._now())
        if self._failing:
            self._failing = False
            log.warning("The channel %s works again", shown(name))
        for one in due:
            log.info("Told %s: %s (alert %s)", shown(name), one.message.title, one.message.alert_id)
        return True


def text_of(due: Sequence[Due]) -> tuple[str, str, Level]:
    """Title, body and level of one message with these alerts."""
    messages = [one.message for one in due]
    if len(messages) == 1:
        return messages[0].title, messages[0].body, messages[0].level
    level = min((message.level for message in messages), key=_RANK.index)
    bodies = [f"{message.title}\n{message.body}" for message in messages]
    return f"{len(messages)} alerts: {messages[0].title}, ...", "\n\n".join(bodies), level
