"""Claims about engine.cli.logs: what a line of the service's log holds."""

from __future__ import annotations

import json
import logging
import sys

from engine.cli.logs import JsonLines


def formatted(record: logging.LogRecord) -> dict[str, object]:
    text = JsonLines().format(record)
    assert "\n" not in text
    line: dict[str, object] = json.loads(text)
    return line


def record(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    return logging.getLogger("engine.x").makeRecord("engine.x", logging.INFO, "x.py", 1, message, arguments, None, extra=extra)


def test_a_line_has_the_time_the_level_the_message_and_what_was_given_beside_it() -> None:
    one = record("%s in %d ms", "Poll", 3, operation="Poll", milliseconds=3)
    one.created = 1_700_000_000.25
    assert formatted(one) == {
        "time": "2023-11-14T22:13:20.250Z",
        "level": "info",
        "logger": "engine.x",
        "message": "Poll in 3 ms",
        "operation": "Poll",
        "milliseconds": 3,
    }


def test_an_exception_stays_on_the_line() -> None:
    one = record("broken\nin two")
    try:
        raise ValueError("why")
    except ValueError:
        one.exc_info = sys.exc_info()
    line = formatted(one)
    assert line["message"] == "broken\nin two"
    assert "ValueError: why" in str(line["exception"])
