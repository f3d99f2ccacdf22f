"""swfgraph in pytest: the fixture `run_spec`, and test files as pytest's own (those named on the command line; with --swfgraph, all).

pytest imports this at its start, in every project that has swfgraph installed: nothing of swfgraph is imported before it is needed.
Known to pytest by its entry point (pyproject.toml, pytest11). Imports pytest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from engine.testing.suite import Loaded, Played


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("swfgraph", "specs of workflows")
    group.addoption("--swfgraph", action="store_true", default=False, help="collect *.test.json files: the scenarios of swfgraph specs")
    parser.addini("swfgraph", "collect *.test.json files: the scenarios of swfgraph specs", type="bool", default=False)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SpecTests | None:
    config, name = parent.config, file_path.name
    if not name.endswith(".test.json"):
        return None
    wanted = config.getoption("swfgraph") or config.getini("swfgraph") or parent.session.isinitpath(file_path)
    return SpecTests.from_parent(parent, path=file_path) if wanted else None


@pytest.fixture(scope="session")
def run_spec() -> Callable[..., Any]:
    """Plays one scenario of a spec under virtual time: `run_spec("fruit.json", activities={...}) -> Outcome` (engine.testing.fixture)."""
    function: Callable[..., Any] = import_module("engine.testing.fixture").run_spec
    return function


class SpecTests(pytest.File):
    """One test file."""

    def collect(self) -> Iterator[ScenarioItem]:
        errors, suites = import_module("engine.errors"), import_module("engine.testing.suite")
        try:
            loaded: Loaded = suites.load(self.path)
        except errors.SpecError as error:
            raise self.CollectError(str(error)) from None
        for index, scenario in enumerate(loaded.suite.scenarios):
            yield ScenarioItem.from_parent(self, name=scenario.name, loaded=loaded, index=index)


class ScenarioFailed(Exception):
    """A scenario came otherwise than expected."""

    def __init__(self, played: Played) -> None:
        self.played = played
        lines = [
            line for failure in played.failures for line in (f"{failure.what}  {failure.place}", *(f"  {one}" for one in failure.lines))
        ]
        super().__init__("\n".join(lines))


class ScenarioItem(pytest.Item):
    """One scenario."""

    def __init__(self, *, loaded: Loaded, index: int, **more: Any) -> None:
        super().__init__(**more)
        self._loaded = loaded
        self._index = index

    def runtest(self) -> None:
        played: Played = import_module("engine.testing.suite").run_scenario(self._loaded, self._index)
        if not played.passed:
            raise ScenarioFailed(played)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What was expected and what came; only a bug has a traceback."""
        if isinstance(excinfo.value, ScenarioFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        line, _ = self._loaded.suite.document.place(f"/scenarios/{self._index}/name")
        return self.path, line - 1, self.name
