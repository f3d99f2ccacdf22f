"""An HTTP server that says what it is told to say, byte for byte: the endpoints that nobody would write on purpose."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from engine.swf.client import Client
from engine.swf.connect import connect


@contextmanager
def answering(*answers: bytes, stay: bool = False) -> Iterator[str]:
    """An endpoint that gives one connection after the other its answer and closes it; or, if told to stay, keeps it open."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_answer_all, args=(listener, answers, stay), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def _answer_all(listener: socket.socket, answers: Sequence[bytes], stay: bool) -> None:  # noqa: FBT001  a thread's target
    kept = []
    for answer in answers:
        connection, _ = listener.accept()
        _read_request(connection)
        connection.sendall(answer)
        if stay:
            kept.append(connection)
        else:
            connection.close()
    for connection in kept:
        connection.settimeout(30)
        connection.recv(1)
        connection.close()


def _read_request(connection: socket.socket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    while len(body) < length:
        body += connection.recv(65536)


@contextmanager
def connected(url: str) -> Iterator[Client]:
    client = connect(url)
    try:
        yield client
    finally:
        client.close()
