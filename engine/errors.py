"""Every error that swfgraph raises on purpose. The type says who is at fault, the fields say where.

    SwfgraphError
    |-- SpecError               the author of the spec: every finding, with its place in the file
    |-- InputError              whoever starts an execution: the input is not what the spec's inputSchema says
    |-- ScenarioError           the author of a spec test: the scenario can't be played to its end
    |-- HistoryError            the history: it can't be one of this spec's (the event id says where)
    |   `-- SpecMismatch        ... since the execution was begun under another version of the spec
    |-- ExpressionError         an expression of the spec, on the data it met; becomes a node's error, `Expression.<code>`
    |-- AslError                the author of a state machine: it can't be carried over, as a whole
    |-- SwfFault                the service: it understood and refused (operation, code)
    |-- EndpointError           the machine: the endpoint can't be used
    |   |-- EndpointUnavailable ... now; worth another try
    |   |-- CredentialsMissing  ... without credentials
    |   |-- DatabaseUnusable    ... since its file can't be: in use, read-only, corrupt, from a newer version
    |   `-- AddressInUse        ... since its port is taken
    |-- PayloadError            a payload that does not travel with SWF
    |   |-- PayloadMissing      ... is not where it was looked for, or not what it was
    |   |-- StateMissing        ... is what a long run goes on from, and the history that had it has it no more
    |   `-- PayloadStoreUnusable ... can't be read or written: the store is away, full, or none was given
    `-- UsageError              the caller of a command
        `-- ExecutionMissing    ... who names an execution that is not there

A bug is none of these: it stays what Python raised, and stops the process that met it. Imports nothing of swfgraph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One complaint about a document: where (1-based line and column, JSON pointer), what, and what would be right."""

    file: str
    line: int
    column: int
    pointer: str
    rule: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message}{hint} [{self.rule} at {self.pointer or '/'}]"


class SwfgraphError(Exception):
    """The root: what a caller catches who wants to tell swfgraph's errors from bugs."""


class SpecError(SwfgraphError):
    """A spec that has at least one finding of severity error. `findings` has all of them, warnings too."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class InputError(SwfgraphError):
    """An input that the spec's (or an activity's) inputSchema refuses: one (JSON pointer, complaint) per violation."""

    def __init__(self, what: str, violations: Sequence[tuple[str, str]]) -> None:
        self.what = what
        self.violations = tuple(violations)
        lines = "; ".join(f"at {pointer or '/'}: {complaint}" for pointer, complaint in self.violations)
        super().__init__(f"the input of {what} does not fit its inputSchema: {lines}")


class ScenarioError(SwfgraphError):
    """A scenario of a spec test that can't be played on: an answer is missing, or it never ends. `pointer`: from the scenario."""

    def __init__(self, message: str, *, pointer: str = "", hint: str = "") -> None:
        self.reason = message
        self.pointer = pointer
        self.hint = hint
        super().__init__(f"{message} ({hint})" if hint else message)


class HistoryError(SwfgraphError):
    """An event that can't follow from this spec and the events before it."""

    def __init__(self, event_id: int, message: str) -> None:
        self.event_id = event_id
        super().__init__(f"event {event_id}: {message}")


class SpecMismatch(HistoryError):
    """The execution was begun under a spec of the same name and version, but with another digest."""

    def __init__(self, event_id: int, *, recorded: str, ours: str) -> None:
        self.recorded = recorded
        self.ours = ours
        super().__init__(
            event_id,
            f"this execution was begun under another spec of the same name and version (digest {recorded}, ours is {ours}); "
            "run a decider with that spec, or give the changed spec a new version",
        )


class ExpressionError(SwfgraphError):
    """An expression that gives no usable value. `code` is what follows `Expression.` in the node's error name."""

    def __init__(self, code: str, message: str, expression: str) -> None:
        self.code = code
        self.reason = message
        self.expression = expression
        super().__init__(f"{message} in the expression {expression!r} ({code})")


class AslError(SwfgraphError):
    """A state machine (or a spec, on export) that can't be carried over at all: the place (a JSON pointer) and the reason."""

    def __init__(self, pointer: str, reason: str) -> None:
        self.pointer = pointer
        self.reason = reason
        super().__init__(f"at {pointer or '/'}: {reason}")


class SwfFault(SwfgraphError):
    """The service refused a request. `code` is the API's own fault name, e.g. `UnknownResourceFault`."""

    def __init__(self, operation: str, code: str, message: str) -> None:
        self.operation = operation
        self.code = code
        self.message = message
        super().__init__(f"{operation}: {code}: {message}")


class EndpointError(SwfgraphError):
    """The endpoint can't be used. `url` says which."""

    def __init__(self, url: str, message: str) -> None:
        self.url = url
        super().__init__(f"{url}: {message}")


class EndpointUnavailable(EndpointError):
    """The endpoint is away, or asks to be left alone for a while: try again later, with back-off."""


class CredentialsMissing(EndpointError):
    """AWS wants credentials and none were found."""


class DatabaseUnusable(EndpointError):
    """The file behind an embedded service can't be opened, read or written."""


class DatabaseInUse(DatabaseUnusable):
    """Another process has the file. `served_at`: the URL at which it answers for it; empty where it keeps it to itself."""

    def __init__(self, url: str, message: str, served_at: str) -> None:
        super().__init__(url, message)
        self.served_at = served_at


class AddressInUse(EndpointError):
    """Another process listens on that host and port."""


class PayloadError(SwfgraphError):
    """A payload whose reference stands in its place can't be had, or can't be put where references point to."""


class PayloadMissing(PayloadError):
    """`sha256` says which, `where` names the store that was asked."""

    def __init__(self, sha256: str, where: str, message: str) -> None:
        self.sha256 = sha256
        self.where = where
        super().__init__(f"the payload {sha256} {message}, in {where}: is this the store that deciders, workers and `start` share?")


class StateMissing(PayloadError):
    """`run_id` is the run that went on as this one."""

    def __init__(self, run_id: str, message: str) -> None:
        self.run_id = run_id
        super().__init__(f"the state that it goes on from was left by the run {run_id}: {message}")


class PayloadStoreUnusable(PayloadError):
    """`where` names the store; the message says what would help."""

    def __init__(self, where: str, message: str) -> None:
        self.where = where
        super().__init__(f"the payload store {where}: {message}")


class UsageError(SwfgraphError):
    """A command was asked for something that makes no sense; the message says what would."""


class ExecutionMissing(UsageError):
    """No execution has that workflowId, or that runId."""
