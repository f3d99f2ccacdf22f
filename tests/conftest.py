"""Settings of all tests: hypothesis judges what is so, not how long it took on a busy machine."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("swfgraph", deadline=None)
settings.load_profile("swfgraph")
