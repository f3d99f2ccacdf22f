"""Hypothesis strategies: requests of every operation, drawn from botocore's model, and what becomes of them when they are spoilt.

`requests(operation)` are right by the model and name what there is in the world of driving.Service (so many of them do something);
`spoilt(operation)` are those with up to three places replaced, left out, renamed or wrapped. Both are JSON values, but that strings may
hold lone surrogates, which JSON text can write down (as escapes) and no JSON text may mean.
"""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import botocore
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.service.driving import ACTIVITY, DOMAIN, ROLE, START, WORKFLOW

Place: TypeAlias = tuple[str | int, ...]

FOR_DECISION: Final = "@decision"
FOR_ACTIVITY: Final = "@activity"
RUN_ID: Final = "@run"
"""Task tokens and a runId: what the driver puts a value of its world for, where it has one."""

BURIED: Final = {f"@buried {depth}": b'[{"a":' * depth + b"1" + b"}]" * depth for depth in (3, 50, 400, 5_000)}
"""What stands for a value that is nested too deeply to be handled as one; and that, as JSON."""

MODEL_FILE: Final = Path(botocore.__file__).parent / "data" / "swf" / "2012-01-25" / "service-2.json.gz"
MODEL: Final[Mapping[str, Any]] = json.loads(gzip.decompress(MODEL_FILE.read_bytes()))
OPERATIONS: Final = tuple(sorted(MODEL["operations"]))
POLLS: Final = ("PollForActivityTask", "PollForDecisionTask")

KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "domain": (DOMAIN,),
    "version": (WORKFLOW["version"], "2.0"),
    "workflowId": ("flow", "other", "Ünïcödé \u202eflow"),
    "runId": (RUN_ID,),
    "taskToken": (FOR_DECISION, FOR_ACTIVITY),
    "nextPageToken": ("AAAA",),
    "activityId": ("one", "two"),
    "timerId": ("one", "two"),
    "id": ("one", "two"),
    "lambdaRole": (ROLE,),
    "resourceArn": ("arn:aws:swf:us-east-1:123456789012:/domain/test",),
    "workflowExecutionRetentionPeriodInDays": ("0", "7", "90", "NONE"),
    "taskPriority": ("0", "-5", "2147483647"),
    "defaultTaskPriority": ("0", "-5"),
}
"""By member; members not here get a name, a duration or any text."""

TYPES: Final = {"WorkflowType": WORKFLOW, "ActivityType": ACTIVITY}
PLAIN: Final[Mapping[str, tuple[Any, ...]]] = {
    "boolean": (True, False),
    "integer": (0, 1, 2, 1000),
    "timestamp": (0, START - 3600, START, START + 0.5, START + 3600),
}
NAMES: Final = ("decisions", "work", WORKFLOW["name"], ACTIVITY["name"], DOMAIN, "new")
TEXTS: Final = ("", "text", '{"json": [1, 2]}', "zwei\nZeilen\t\x00", "\u05d0\u05d1 \u202e right to left", "\U0001f388" * 20, "x" * 250)

ODD_STRINGS: Final = (
    "", " ", "\x00", "a\x00b", "\x7f", "\u0085", "arn", "a:b", "a/b", "a|b", " padded ", "\u202eltr\u202c", "\ufeff", "\ufffe", "\u2028",
    "e\u0301", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\ud800", "a\udfffb", "\udc00\ud800", "x" * 257, "\u00e9" * 256,
    "\U0001f388" * 257, "x" * 32_769, "x" * 100_000, "NONE", "none", "-1", "1e3", "00000060", "99999999", "\u0663", "\u00b2", "0x10",
    "1_0", "+5", "9" * 5_000, "null", "{}", "__proto__", "%s%n", "../../etc/passwd", "'; DROP TABLE events; --", "AAAA", "====", "LS0t",
)  # fmt: skip
ODD_NUMBERS: Final = (0, -1, 1, 7, 1.5, -0.0, 1e-320, 1e308, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 2**64 + 1, -(2**63) - 1, START)
ODD_VALUES: Final[tuple[Any, ...]] = (
    *ODD_STRINGS,
    *ODD_NUMBERS,
    None,
    True,
    False,
    [],
    {},
    [[]],
    [None],
    {"": ""},
    {"a": None},
    ["x"] * 300,
    [{}] * 101,
)


def requests(operation: str) -> SearchStrategy[dict[str, Any]]:
    """Right by the model."""
    shape: str = MODEL["operations"][operation]["input"]["shape"]
    return _values(shape, "")


@st.composite
def spoilt(draw: DrawFn, operation: str) -> Any:
    """A request with something wrong with it, as a rule."""
    value: Any = copy.deepcopy(draw(requests(operation)))
    for _ in range(draw(st.sampled_from((0, 1, 1, 2, 3)))):
        value = _spoil(draw, value)
    return value


def as_json(value: Any, worlds: Mapping[str, str]) -> bytes:
    """The bytes of a request, with what its world has put for the placeholders."""
    text = json.dumps(value).encode()
    for placeholder, given in worlds.items():
        text = text.replace(f'"{placeholder}"'.encode(), json.dumps(given).encode())
    for placeholder, nested in BURIED.items():
        text = text.replace(f'"{placeholder}"'.encode(), nested)
    return text


def _spoil(draw: DrawFn, value: Any) -> Any:
    within = list(_places(value))[1:]
    place: Place = draw(st.sampled_from(within)) if within and draw(st.integers(0, 15)) < 15 else ()
    match draw(st.sampled_from(("twist", "twist", "twist", "replace", "leave out", "rename", "wrap", "bury"))):
        case "twist" if isinstance(_at(value, place), str):  # what is of the right type gets further in
            value = _replaced(value, place, draw(st.sampled_from(ODD_STRINGS)))
        case "leave out" if place:
            del _at(value, place[:-1])[place[-1]]
        case "rename" if place and isinstance(place[-1], str):
            parent = _at(value, place[:-1])
            parent[draw(st.sampled_from((place[-1].upper(), "unknown", "", "\ud800")))] = parent.pop(place[-1])
        case "wrap":
            inner = _at(value, place)
            value = _replaced(value, place, draw(st.sampled_from(([inner], {"value": inner}, [inner] * 3, str(inner)))))
        case "bury":
            value = _replaced(value, place, draw(st.sampled_from(tuple(BURIED))))
        case _:
            value = _replaced(value, place, copy.deepcopy(draw(st.sampled_from(ODD_VALUES))))
    return value


def _replaced(value: Any, place: Place, new: Any) -> Any:
    if not place:
        return new
    _at(value, place[:-1])[place[-1]] = new
    return value


def _at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def _places(value: Any, place: Place = (), depth: int = 8) -> Iterator[Place]:
    yield place
    if depth and isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value[:5]):
            yield from _places(inner, (*place, step), depth - 1)


@cache
def _values(shape: str, member: str) -> SearchStrategy[Any]:
    declared = MODEL["shapes"][shape]
    match declared["type"]:
        case "structure":
            return _structures(shape)
        case "list":
            return st.lists(_values(declared["member"]["shape"], member), max_size=min(3, declared.get("max", 3)))
        case "string":
            return st.sampled_from(declared["enum"] if "enum" in declared else _strings(shape, member, declared.get("max", 32_768)))
        case other:
            return st.sampled_from(PLAIN[other])


def _structures(shape: str) -> SearchStrategy[dict[str, Any]]:
    if shape == "Decision":
        return st.sampled_from(MODEL["shapes"]["DecisionType"]["enum"]).flatmap(_decisions)
    if shape in TYPES:
        return st.sampled_from((TYPES[shape], TYPES[shape], {"name": "new", "version": "2.0"})).map(dict)
    declared = MODEL["shapes"][shape]
    required = frozenset(declared.get("required", ()))
    members = {name: _values(inner["shape"], name) for name, inner in declared["members"].items()}
    return st.fixed_dictionaries(
        {name: values for name, values in members.items() if name in required},
        optional={name: values for name, values in members.items() if name not in required},
    )


def _decisions(kind: str) -> SearchStrategy[dict[str, Any]]:
    key = f"{kind[0].lower()}{kind[1:]}DecisionAttributes"
    attributes = _values(MODEL["shapes"]["Decision"]["members"][key]["shape"], key)
    return attributes.map(lambda given: {"decisionType": kind, key: given})


def _strings(shape: str, member: str, most: int) -> tuple[str, ...]:
    if member in KNOWN:
        return KNOWN[member]
    if "Timeout" in member or shape.startswith("DurationInSeconds"):
        return ("0", "60", "99999999", "NONE")
    if member == "name":
        return NAMES
    return tuple(text for text in TEXTS if 0 < len(text) <= most)
