"""The endpoints that the cases run on: our service in this process and over HTTP, moto's server, or whatever `--endpoint` names.

Ours are given a clock that is moved by hand; elsewhere time is waited for. Over HTTP the client is boto3's own, not swfgraph's: what a
case says then holds for any SDK. Never here: what a case asks.
"""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from engine.errors import SwfFault
from engine.service.clock import VirtualClock
from engine.service.database import Durability
from engine.service.disk import Disk
from engine.service.faults import Fault
from engine.service.host import Host
from engine.service.limits import Limits
from engine.service.serve import Settings
from engine.service.sessions import Session
from engine.swf.connect import connect
from tests.conformance.functions import FUNCTIONS
from tests.service.serving import served

A_LITTLE_LONGER = 1.0
"""Seconds that real time is given beyond what a case waits for: moto's timers are threads, and a busy machine lets them wait."""

MEMORY = "sqlite://:memory:"

INPROCESS, HTTP, MOTO, GIVEN = "inprocess", "http", "moto", "given"
OURS = (INPROCESS, HTTP)


class Refused(Exception):
    """A fault, as a client sees it. `status` is 0 where there is no HTTP."""

    def __init__(self, *, code: str, status: int, message: str) -> None:
        self.code = code
        self.status = status
        self.message = message
        super().__init__(f"{code}: {message}")


Call = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]


class Endpoint(Protocol):
    """Where the cases run."""

    @property
    def kind(self) -> str: ...

    @property
    def is_virtual(self) -> bool:
        """Its time passes when told to."""
        ...

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Raises: Refused."""
        ...

    def now(self) -> float: ...

    def wait(self, seconds: float) -> None:
        """Let so many seconds pass."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualEndpoint:
    """Our service, and its clock."""

    kind: str
    ask: Call
    clock: VirtualClock
    is_virtual: bool = True

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        return self.ask(operation, request)

    def now(self) -> float:
        return self.clock.now()

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class RealEndpoint:
    """Somebody else's, whose time is ours."""

    kind: str
    ask: Call
    is_virtual: bool = False

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        return self.ask(operation, request)

    def now(self) -> float:
        return time.time()

    def wait(self, seconds: float) -> None:
        time.sleep(seconds + A_LITTLE_LONGER)


@dataclass(frozen=True, slots=True, kw_only=True)
class MotoEndpoint(RealEndpoint):
    """moto's server."""

    url: str

    def forget(self) -> None:
        """All that there is in it."""
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")) as answer:  # noqa: S310
            assert answer.status == 200


def boto_call(url: str) -> Call:
    """Requests as boto3 makes them, unsparing: what it would refuse itself is sent, and nothing is tried twice."""
    session = botocore.session.Session()
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=float)
    settings = Config(retries={"total_max_attempts": 1, "mode": "standard"}, parameter_validation=False, read_timeout=75)
    here: dict[str, Any] = {"aws_access_key_id": "conformance", "aws_secret_access_key": "conformance"}
    if url.startswith("aws://"):
        place: dict[str, Any] = {"region_name": url.removeprefix("aws://") or None}
    else:
        place = {"endpoint_url": url, "region_name": "us-east-1", **(here if session.get_credentials() is None else {})}
    client: Any = boto3.Session(botocore_session=session).client("swf", config=settings, **place)
    names = client.meta.method_to_api_mapping
    methods = {names[method]: getattr(client, method) for method in names}

    def call(operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            response: dict[str, Any] = methods[operation](**request)
        except ClientError as error:
            said = error.response
            code = said["Error"]["Code"].rpartition("#")[2]
            status = said["ResponseMetadata"]["HTTPStatusCode"]
            raise Refused(code=code, status=status, message=said["Error"]["Message"]) from error
        del response["ResponseMetadata"]
        return response

    return call


def client_call(client: Any) -> Call:
    """Requests as swfgraph's own client makes them."""

    def call(operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            response: Mapping[str, Any] = client.call(operation, request)
        except SwfFault as fault:
            raise Refused(code=fault.code, status=0, message=fault.message) from fault
        return response

    return call


@contextmanager
def in_process(url: str = MEMORY, clock: VirtualClock | None = None) -> Iterator[VirtualEndpoint]:
    """The embedded service, without HTTP."""
    hands = clock or VirtualClock()
    with closing(connect(url, clock=hands, durability="full" if url == MEMORY else "process", functions=FUNCTIONS)) as client:
        yield VirtualEndpoint(kind=INPROCESS, ask=client_call(client), clock=hands)


@contextmanager
def limited(limits: Limits, *, runs_functions: bool = False) -> Iterator[VirtualEndpoint]:
    """The embedded service in memory, with other limits than SWF's: those that no case can fill. Its Lambda functions wait for ever."""
    hands = VirtualClock()
    with closing(Disk.in_memory(limits, runs_functions=runs_functions)) as disk, closing(Host(disk=disk, clock=hands)) as host:
        session = Session(host)

        def call(operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
            try:
                return session.call(operation, request)
            except Fault as fault:
                raise Refused(code=fault.code, status=fault.status, message=fault.message) from fault

        yield VirtualEndpoint(kind=INPROCESS, ask=call, clock=hands)


@contextmanager
def over_http(database: Path, clock: VirtualClock | None = None) -> Iterator[VirtualEndpoint]:
    """`swfgraph serve` on a free port."""
    hands = clock or VirtualClock()
    with served(Settings(database=database, port=0, durability=Durability.PROCESS, functions=FUNCTIONS), clock=hands) as serving:
        yield VirtualEndpoint(kind=HTTP, ask=boto_call(serving.url), clock=hands)


@contextmanager
def of_moto() -> Iterator[MotoEndpoint]:
    """Somebody else's SWF."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        yield MotoEndpoint(kind=MOTO, ask=boto_call(url), url=url)
    finally:
        server.stop()


@contextmanager
def given(url: str) -> Iterator[RealEndpoint]:
    """What `--endpoint` names."""
    if url.startswith("sqlite:"):
        with closing(connect(url)) as client:
            yield RealEndpoint(kind=GIVEN, ask=client_call(client))
    else:
        yield RealEndpoint(kind=GIVEN, ask=boto_call(url))
