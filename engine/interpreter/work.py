"""What is worked on for a run, as values: the kinds of work that SWF knows, and which piece of it belongs to what.

Ids, `control` and what a wish is found by again are made of an `Address`, in `texts`. Imports `spec.model`; imported by most of the
interpreter.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

from msgspec import Struct

from engine.spec.model import ABSENT, Absent


class WorkKind(StrEnum):
    ACTIVITY = "activity task"
    CHILD = "child execution"
    FUNCTION = "Lambda function"


MOST_OPEN: Final = 1_000
"""Pieces of work of one execution. Amazon SWF Developer Guide, "Amazon SWF Quotas": so many of each kind; ours is the sum of all kinds."""


class Address(Struct, frozen=True, kw_only=True):
    """One piece of work (or a timer on its way): of which node, in which visit, which attempt; of which item, where it has items.

    `undo`: it undoes what that visit did; `attempt` is then the undo's own.
    """

    node: str
    visit: int
    attempt: int
    item: int | Literal[Absent.ABSENT] = ABSENT
    undo: bool = False
