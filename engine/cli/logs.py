"""What `swfgraph serve` logs, and how: notable events always, each request with -v; as text or as JSON lines.

    {"time": "2024-05-01T12:00:00.123Z", "level": "info", "logger": "engine.cli.serve", "message": "...", "event": "serving", ...}

What a record was given as `extra` stands beside its message. Imports `options`; imported by `serve`.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any, Final

from engine.cli.options import Common

_OF_EVERY_RECORD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
"""What logging itself (and uvicorn) put on a record: everything else was given as `extra`."""

_OPERATION: Final = ("engine.service.serve", "engine.service.listening", "engine.cli.serve")
"""Where the service's beginning and end are logged."""


class JsonLines(logging.Formatter):
    """One JSON object per record, on one line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD and name not in line}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def log_service(common: Common, *, as_json: bool) -> None:
    """The commands' logging, made that of a service. With --json, text on stderr is kept to what goes wrong."""
    if as_json:
        for handler in logging.getLogger().handlers:
            handler.setFormatter(JsonLines())
    quiet = common.quiet or (common.json and not as_json)
    for name in _OPERATION:
        logging.getLogger(name).setLevel(logging.NOTSET if quiet else logging.INFO)
