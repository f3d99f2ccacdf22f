"""Starts executions of a spec's workflow. Imports `errors`, `payloads`, `register`, `spec` and `swf.client`."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from engine.errors import InputError, SwfFault, UsageError
from engine.runtime.payloads.claims import LIMIT, NO_CLAIMS, Claims
from engine.runtime.payloads.reference import KEY
from engine.runtime.payloads.store import HOW
from engine.runtime.register import seconds
from engine.spec.inputs import check_input
from engine.spec.model import ABSENT, Absent, Json, Spec, Timeout
from engine.spec.payload import decode, encode
from engine.swf.client import Client

_ILLEGAL: Final = re.compile(r"[:/|\x00-\x1f\x7f-\x9f]")
"""API reference, StartWorkflowExecution, workflowId; nor may it be the word `arn`."""

_TAGS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOptions:
    """What a start may say otherwise than the spec."""

    workflow_id: str = ""
    """Empty: one is made from the workflow's name and the time."""
    tags: tuple[str, ...] = ()
    """Besides the spec's."""
    execution_timeout: int | Literal[Absent.ABSENT] = ABSENT
    decision_timeout: Timeout | Literal[Absent.ABSENT] = ABSENT
    task_priority: int | Literal[Absent.ABSENT] = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    domain: str
    workflow_id: str
    run_id: str


def start(client: Client, spec: Spec, value: Json | Literal[Absent.ABSENT], options: StartOptions, claims: Claims = NO_CLAIMS) -> Started:
    """Start one execution with that input.

    Raises: InputError (the input is not what inputSchema says, too large, or one of our own), UsageError (illegal or taken workflowId,
    too many tags, not registered), PayloadStoreUnusable, SwfFault, EndpointError.
    """
    request = start_request(spec, value, options, claims)
    return _started(client, spec, request)


def start_again(client: Client, spec: Spec, envelope: Json, options: StartOptions, claims: Claims) -> Started:
    """Start one with an input of our own making (see `interpreter.envelope`). Raises: as `start`."""
    what = f"the input of {spec.name} {spec.version}, with the results that it takes over"
    return _started(client, spec, {**_terms(spec, options), "input": _sent(encode(envelope), what, claims)})


def _started(client: Client, spec: Spec, request: Mapping[str, Any]) -> Started:
    workflow_id: str = request["workflowId"]
    try:
        response = client.call("StartWorkflowExecution", request)
    except SwfFault as fault:
        hint = _HINTS.get(fault.code)
        if hint is None:
            raise
        raise UsageError(f"{fault.message or fault.code}: {hint.format(workflow_id=workflow_id)}") from fault
    return Started(domain=spec.domain, workflow_id=workflow_id, run_id=response["runId"])


_HINTS: Final = {
    "WorkflowExecutionAlreadyStartedFault": "an execution with the workflowId {workflow_id} is open; give this one another --workflow-id",
    "UnknownResourceFault": "the domain or the workflow type is not registered; `swfgraph register` does that",
    "TypeDeprecatedFault": "the workflow type is deprecated; undeprecate it, or give the spec a new version and register that",
}


def start_request(spec: Spec, value: Json | Literal[Absent.ABSENT], options: StartOptions, claims: Claims = NO_CLAIMS) -> dict[str, Any]:
    """Every value is stated, so that what holds is the spec and not what happens to be registered."""
    return {**_terms(spec, options), **_input(spec, value, claims)}


def _terms(spec: Spec, options: StartOptions) -> dict[str, Any]:
    tags = tuple(dict.fromkeys((*spec.tags, *options.tags)))
    if len(tags) > _TAGS:
        raise UsageError(f"{len(tags)} tags ({', '.join(tags)}): SWF takes at most {_TAGS}, the spec's included")
    decision = spec.timeouts.decision if options.decision_timeout is ABSENT else options.decision_timeout
    execution = spec.timeouts.execution if options.execution_timeout is ABSENT else options.execution_timeout
    priority = spec.task_priority if options.task_priority is ABSENT else options.task_priority
    return {
        "domain": spec.domain,
        "workflowId": _workflow_id(spec, options),
        "workflowType": {"name": spec.name, "version": spec.version},
        "taskList": {"name": spec.task_list},
        "executionStartToCloseTimeout": str(execution),
        "taskStartToCloseTimeout": seconds(decision),
        "childPolicy": str(spec.child_policy),
        **({} if priority is ABSENT else {"taskPriority": str(priority)}),
        **({} if spec.lambda_role is ABSENT else {"lambdaRole": spec.lambda_role}),
        **({"tagList": list(tags)} if tags else {}),
    }


RESERVED: Final = ("$swfgraph", KEY)
"""Top-level keys of inputs that are ours: what a run carries on to the next one, and references to payloads."""


def check_reserved(value: Json, what: str) -> None:
    """Inputs that people give look like none of ours. Raises: InputError."""
    taken = [key for key in RESERVED if isinstance(value, dict) and key in value]
    if taken:
        raise InputError(what, [(f"/{key}", "this key is swfgraph's own: give it another name") for key in taken])


def signal_input(name: str, text: str, claims: Claims) -> str:
    """What to send as a signal's input: the text as it is, or a reference to it. Raises: InputError, PayloadStoreUnusable."""
    what = f"the signal {name}"
    check_reserved(decode(text), what)
    return _sent(text, what, claims)


def _input(spec: Spec, value: Json | Literal[Absent.ABSENT], claims: Claims) -> dict[str, str]:
    what = f"the workflow {spec.name} {spec.version}"
    check_reserved(value, what)
    if spec.input_schema is not ABSENT:
        check_input(spec.input_schema, None if value is ABSENT else value, what)
    if value is ABSENT:
        return {}
    return {"input": _sent(encode(value), what, claims)}


def _sent(text: str, what: str, claims: Claims) -> str:
    if len(text) > claims.longest:
        size = f"it is {len(text):,} characters as JSON, at most {claims.longest:,} can be given"
        raise InputError(what, [("", f"{size}: {HOW if claims.longest == LIMIT else 'put it into a file, and give its address'}")])
    return claims.kept(text)


def _workflow_id(spec: Spec, options: StartOptions) -> str:
    if not options.workflow_id:
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        return f"{spec.name[:200]}-{moment}-{secrets.token_hex(4)}"
    if len(options.workflow_id) > 256 or _ILLEGAL.search(options.workflow_id) or options.workflow_id == "arn":
        raise UsageError(
            f"the workflowId {options.workflow_id!r} is not legal: at most 256 characters, no : / | or control characters, not `arn`"
        )
    return options.workflow_id
