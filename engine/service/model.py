"""The SWF service model, read from botocore's data files: what operations, members, faults and event types there are.

`validate` holds a request against it. Two paths, compiled once per operation: a predicate that says yes in microseconds, and, where it
does not, a reading that explains every violation in AWS's wording or gives the request as the core may read it.
Never imports botocore (that takes a tenth of a second): it only finds its data directory. Imports faults and shapes.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from engine.service.faults import Fault
from engine.service.shapes import Problems, Shape, compile_shape

API_VERSION: Final = "2012-01-25"
TARGET_PREFIX: Final = "SimpleWorkflowService"
"""What stands before the operation in the X-Amz-Target header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One action of the API. Shapes are names in the model; `output_shape` is empty for an action that answers nothing."""

    name: str
    input_shape: str
    output_shape: str
    faults: frozenset[str]
    """The faults it declares; every operation may also refuse with the common errors (`ValidationException`, ...)."""


def _attributes_key(name: str, suffix: str) -> str:
    return name[0].lower() + name[1:] + suffix


def model_file() -> Path:
    """Where botocore keeps the model. Raises: FileNotFoundError where it has none."""
    spec = importlib.util.find_spec("botocore")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("botocore is not installed: the embedded SWF service validates requests against its service model")
    folder = Path(spec.origin).parent / "data" / "swf" / API_VERSION
    packed = folder / "service-2.json.gz"
    return packed if packed.exists() else folder / "service-2.json"


@cache
def _document() -> Mapping[str, Any]:
    path = model_file()
    data = path.read_bytes()
    document: Mapping[str, Any] = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    return document


@cache
def operations() -> Mapping[str, Operation]:
    """Every operation of the API by its name."""
    return {
        name: Operation(
            name=name,
            input_shape=entry["input"]["shape"],
            output_shape=entry["output"]["shape"] if "output" in entry else "",
            faults=frozenset(error["shape"] for error in entry["errors"]),
        )
        for name, entry in _document()["operations"].items()
    }


@cache
def event_attributes() -> Mapping[str, str]:
    """eventType -> the key of its attributes, e.g. TimerFired -> timerFiredEventAttributes."""
    return {name: _attributes_key(name, "EventAttributes") for name in _document()["shapes"]["EventType"]["enum"]}


@cache
def decision_attributes() -> Mapping[str, str]:
    """decisionType -> the key of its attributes, e.g. StartTimer -> startTimerDecisionAttributes."""
    return {name: _attributes_key(name, "DecisionAttributes") for name in _document()["shapes"]["DecisionType"]["enum"]}


@cache
def enum(shape: str) -> tuple[str, ...]:
    """The values of an enumeration, e.g. `enum("CloseStatus")`."""
    return tuple(_document()["shapes"][shape]["enum"])


@cache
def members(shape: str) -> tuple[str, ...]:
    """The members of a structure, e.g. `members("ActivityTypeConfiguration")`."""
    return tuple(_document()["shapes"][shape]["members"])


@cache
def shape(name: str) -> Shape:
    """A shape, compiled: to hold any value against it (a test does so with responses)."""
    return compile_shape(_document()["shapes"], name)


_accepts: dict[str, Callable[[Any], bool]] = {}
"""The predicate of each operation that has been asked for."""


def validate(operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """The request as the core may read it: every member known, of its type and within its limits, none null.

    A request that is so already comes back itself. Members that the model does not know are left out, as AWS JSON services leave
    them unread (a newer SDK may send them); so are null members, and empty strings of the `...Optional` shapes, which mean "not given".
    A decision that lacks its (empty) attributes gets them.

    Raises: Fault ValidationException (all violations of the model in one message; else all of the rules that only the documentation
    states), SerializationException (a member of another JSON type), UnknownOperationException.
    """
    accepts = _accepts.get(operation)
    if accepts is None:
        accepts = _accepts[operation] = _input(operation).accepts
    if accepts(request):
        return request
    problems = Problems()
    cleaned: Mapping[str, Any] = _input(operation).read(request, "", problems)
    problems.settle()
    return cleaned


def _input(operation: str) -> Shape:
    if operation not in operations():
        raise Fault("UnknownOperationException", f"{operation} is no operation of the Amazon SWF API {API_VERSION}")
    return shape(operations()[operation].input_shape)
