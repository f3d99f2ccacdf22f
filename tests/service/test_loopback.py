"""What only programs of this machine reach."""

from __future__ import annotations

import pytest

from engine.service.loopback import is_loopback


@pytest.mark.parametrize("host", ["localhost", "LocalHost", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_is_known_by_its_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "localhost.example", "127.0.0.1.example", "192.168.1.1", "swf.example"])  # noqa: S104
def test_everything_else_is_elsewhere(host: str) -> None:
    assert not is_loopback(host)
