"""The `http` handler: an activity is one HTTP request, its response's body the result.

What is asked, and whom, comes from the spec; the input fills in what its author left open. Redirects are not followed: an address that
came over the wire is nobody's to call. Nothing is sent twice. The request runs in a thread of its own, so that a task that is to stop, or
that takes too long, ends at once; what the other side makes of a request that nobody waits for is its own business. Known gap: proxies of
the environment are not used. Imports urllib3, `output`, `scope`, `runtime.task`, `spec`; loaded by `choose`, where a spec asks for it.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Final

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as TookTooLong
from urllib3.util import Url, parse_url

from engine.errors import ExpressionError
from engine.runtime.handlers.output import result_of_text
from engine.runtime.handlers.process import STDOUT_LIMIT
from engine.runtime.handlers.scope import render_text, render_value
from engine.runtime.task import Completed, Failed, Job, Leash, Outcome, stopped
from engine.spec.model import ABSENT, HttpRun
from engine.spec.payload import encode

log = logging.getLogger(__name__)

_CHUNK: Final = 1 << 16
_HEAD: Final = 8192
"""Bytes of the body of a response that was not expected: they become the failure's details."""

_POOL: Final = urllib3.PoolManager(num_pools=50, maxsize=50, retries=False)
"""Connections are kept open and used again, by all activities of the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answered:
    status: int
    body: bytes
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpHandler:
    run_as: HttpRun

    def run(self, job: Job, leash: Leash) -> Outcome:
        try:
            asked = self._asked(job)
        except ExpressionError as error:
            return Failed(reason=f"Expression.{error.code}", details=f"the request of {job.activity}: {error}")
        except _Unusable as error:
            return Failed(reason="Http.InvalidRequest", details=str(error))
        log.info("Execute %s with http: %s %s", job.activity, asked.method, _shown(asked.url), extra=job.address)
        inbox: SimpleQueue[Outcome] = SimpleQueue()
        given_up = threading.Event()
        leash.listen(lambda: None if leash.why is ABSENT else inbox.put(stopped(leash.why)))
        request = partial(self._outcome, asked, job, given_up)
        threading.Thread(target=lambda: inbox.put(request()), name="http", daemon=True).start()
        try:
            return inbox.get(timeout=self.run_as.timeout)
        except Empty:
            return Failed(reason="Http.Timeout", details=f"{_shown(asked.url)} has not answered within {self.run_as.timeout} s")
        finally:
            leash.unlisten()
            given_up.set()

    def _asked(self, job: Job) -> _Asked:
        """Raises: ExpressionError, _Unusable."""
        url = render_text(self.run_as.url, job)
        parts = _split(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise _Unusable(f"{_shown(url)!r} is no http:// or https:// address")
        headers = {"User-Agent": "swfgraph", **{name: render_text(text, job) for name, text in self.run_as.headers.items()}}
        for name, variable in self.run_as.secret_headers.items():
            if variable not in os.environ:
                raise _Unusable(f"the header {name} is to be the environment variable {variable}, which this worker does not have")
            secret = os.environ[variable].strip()
            if not (secret.isascii() and secret.isprintable()):  # else whoever refuses it quotes it, and the failure goes into the history
                raise _Unusable(f"the environment variable {variable} holds characters that no header {name} can have")
            headers[name] = secret
        body = None
        if self.run_as.body is not ABSENT:
            value = render_value(self.run_as.body, job)
            body = (value if isinstance(value, str) else encode(value)).encode()
            kind = "text/plain; charset=utf-8" if isinstance(value, str) else "application/json"
            if not any(name.lower() == "content-type" for name in headers):
                headers["Content-Type"] = kind
        return _Asked(method=self.run_as.method, url=url, headers=headers, body=body)

    def _outcome(self, asked: _Asked, job: Job, given_up: threading.Event) -> Outcome:
        where = _shown(asked.url)
        try:
            answered = self._ask(asked, max(STDOUT_LIMIT, job.longest), given_up)
        except (HTTPError, ValueError, UnicodeError, OSError) as error:
            return _not_answered(error, where)
        if not any(_matches(answered.status, one) for one in self.run_as.expect):
            said = answered.body[:_HEAD].decode("utf-8", "replace").strip()
            return Failed(reason=f"Http.{answered.status}", details=said or f"{where} answered {answered.status}, with an empty body")
        if job.token:
            return Completed()
        return result_of_text(answered.body, complete=answered.complete, what="the response's body", longest=job.longest)

    def _ask(self, asked: _Asked, most: int, given_up: threading.Event) -> _Answered:
        response = _POOL.request(
            asked.method,
            asked.url,
            headers=asked.headers,
            body=asked.body,
            timeout=urllib3.Timeout(total=self.run_as.timeout),
            redirect=False,
            preload_content=False,
        )
        body = bytearray()
        for chunk in response.stream(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > most or given_up.is_set():
                response.close()
                return _Answered(status=response.status, body=bytes(body[:most]), complete=False)
        response.release_conn()
        return _Answered(status=response.status, body=bytes(body), complete=True)


class _Unusable(Exception):
    """The request can't be made."""


def _split(url: str) -> Url:
    try:
        return parse_url(url)
    except (HTTPError, ValueError):
        raise _Unusable(f"{url.partition('?')[0].rpartition('@')[2][:200]!r} is no address") from None


def _shown(url: str) -> str:
    """Without what may be secret: user, password, query."""
    parts = parse_url(url)
    return Url(scheme=parts.scheme, host=parts.host, port=parts.port, path=parts.path).url


def _matches(status: int, expected: int | str) -> bool:
    return status == expected if isinstance(expected, int) else f"{status // 100}xx" == expected


def _not_answered(error: Exception, where: str) -> Failed:
    match error:
        case NewConnectionError():  # urllib3 counts it among the timeouts, too
            return Failed(reason="Http.NotReached", details=f"{where}: {error}")
        case TookTooLong():
            return Failed(reason="Http.Timeout", details=f"{where}: {type(error).__name__}")
        case SSLError():
            return Failed(reason="Http.Certificate", details=f"{where}: {error}")
        case HTTPError() | OSError():
            return Failed(reason="Http.NotReached", details=f"{where}: {error}")
        case _:
            return Failed(reason="Http.InvalidRequest", details=f"{where}: {error}")
