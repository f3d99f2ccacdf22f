"""Documents for the tests of `spec`: the smallest spec that is right, and what is made of it."""

from __future__ import annotations

import json
from typing import Final

from engine.spec.model import Json
from engine.spec.source import Document, parse_document

HEAD: Final[dict[str, Json]] = {"name": "Example", "version": "1.0", "domain": "test", "taskList": "decisions"}
END: Final[dict[str, Json]] = {"type": "terminal", "status": "completed"}


def spec_of(*, nodes: dict[str, Json] | None = None, **more: Json) -> dict[str, Json]:
    """A spec with these nodes (else with an end only) and these other keys; a key given as None is left out."""
    whole = {**HEAD, "nodes": {"end": END} if nodes is None else nodes, **more}
    return {key: value for key, value in whole.items() if value is not None}


def document_of(value: Json) -> Document:
    return parse_document(json.dumps(value, indent=2), "spec.json")
