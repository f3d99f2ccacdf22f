"""Settings of all tests: hypothesis judges what is so, not how long it took on a busy machine, nor how much chance drew. CI asks the
same questions every time, so that it speaks of the change; whoever runs the tests by hand asks new ones.

The options of the conformance suite stand here, for pytest reads them before it looks into folders.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

CHANCE = (HealthCheck.too_slow, HealthCheck.data_too_large)
settings.register_profile("swfgraph", deadline=None, suppress_health_check=CHANCE, derandomize="CI" in os.environ)
settings.load_profile("swfgraph")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "tests/conformance")
    group.addoption("--endpoint", default="", metavar="URL", help="run the conformance cases on this SWF (http://..., aws://region)")
    group.addoption("--conformance-seen", default="", metavar="FILE", help="write what the cases asked and were answered")
