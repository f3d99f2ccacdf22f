"""The Lambda functions that the cases schedule on services of ours."""

from __future__ import annotations

import threading
from typing import Any

from tests.service.world import PATIENCE

RELEASE = threading.Event()
"""Lets the functions end that hang."""


def double(event: dict[str, int], _context: Any) -> int:
    return 2 * event["number"]


def rot(_event: Any, _context: Any) -> None:
    raise ValueError("rotten")


def hang(_event: Any, _context: Any) -> None:
    RELEASE.wait(PATIENCE)


FUNCTIONS = {"double": double, "rot": rot, "hang": hang}
