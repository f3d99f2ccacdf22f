"""Faults: how the service refuses, in the API's own names, types and HTTP statuses.

`Fault` stays inside the service: the in-process client turns it into `engine.errors.SwfFault`, the HTTP face into a response.
The functions below are the wordings that more than one place needs; they follow what AWS SWF answers. Imports nothing of swfgraph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_API = "com.amazonaws.swf.base.model#"
_SERVICE = "com.amazon.coral.service#"
_VALIDATE = "com.amazon.coral.validate#"


@dataclass(frozen=True, slots=True)
class _OnTheWire:
    type_prefix: str
    status: int


_REFUSED: Final = _OnTheWire(_API, 400)
_UNREADABLE: Final = _OnTheWire(_SERVICE, 400)

ON_THE_WIRE: Final[Mapping[str, _OnTheWire]] = {
    # API reference, "Errors" of each action; every one of them is HTTP 400.
    "DefaultUndefinedFault": _REFUSED,
    "DomainAlreadyExistsFault": _REFUSED,
    "DomainDeprecatedFault": _REFUSED,
    "LimitExceededFault": _REFUSED,
    "OperationNotPermittedFault": _REFUSED,
    "TooManyTagsFault": _REFUSED,
    "TypeAlreadyExistsFault": _REFUSED,
    "TypeDeprecatedFault": _REFUSED,
    "TypeNotDeprecatedFault": _REFUSED,
    "UnknownResourceFault": _REFUSED,
    "WorkflowExecutionAlreadyStartedFault": _REFUSED,
    # API reference, "Common Errors", with the names that the JSON protocol puts on the wire.
    "ValidationException": _OnTheWire(_VALIDATE, 400),
    "SerializationException": _UNREADABLE,
    "UnknownOperationException": _UNREADABLE,
    "ThrottlingException": _UNREADABLE,
    "AccessDeniedException": _UNREADABLE,
    "IncompleteSignatureException": _UNREADABLE,
    "InvalidSignatureException": _UNREADABLE,
    "MissingAuthenticationTokenException": _UNREADABLE,
    "UnrecognizedClientException": _UNREADABLE,
    "MalformedHttpRequestException": _UNREADABLE,
    "RequestTimeoutException": _OnTheWire(_SERVICE, 408),
    "RequestEntityTooLargeException": _OnTheWire(_SERVICE, 413),
    "InternalFailure": _OnTheWire(_SERVICE, 500),
    "ServiceUnavailable": _OnTheWire(_SERVICE, 503),
}


class Fault(Exception):
    """The service understood (or could not even read) a request and refuses it; nothing has changed."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return ON_THE_WIRE[self.code].status

    @property
    def type_name(self) -> str:
        """The `__type` of the response, e.g. `com.amazonaws.swf.base.model#UnknownResourceFault`."""
        return ON_THE_WIRE[self.code].type_prefix + self.code

    def body(self) -> dict[str, str]:
        """The response, as AWS JSON has it."""
        return {"__type": self.type_name, "message": self.message}


def invalid(message: str) -> Fault:
    return Fault("ValidationException", message)


def unknown_domain(name: str) -> Fault:
    return Fault("UnknownResourceFault", f"Unknown domain: {name}")


def type_label(kind: str, name: str, version: str) -> str:
    """How SWF writes a type in its messages; `kind` is workflow or activity."""
    return f"{kind.capitalize()}Type=[name={name}, version={version}]"


def unknown_type(kind: str, name: str, version: str) -> Fault:
    return Fault("UnknownResourceFault", f"Unknown type: {type_label(kind, name, version)}")


def type_deprecated(kind: str, name: str, version: str) -> Fault:
    return Fault("TypeDeprecatedFault", type_label(kind, name, version))


def unknown_execution(workflow_id: str, run_id: str = "") -> Fault:
    """`run_id` is empty where the request named none."""
    if run_id:
        return Fault("UnknownResourceFault", f"Unknown execution: WorkflowExecution=[workflowId={workflow_id}, runId={run_id}]")
    return Fault("UnknownResourceFault", f"Unknown execution, workflowId = {workflow_id}")
