"""The plugin in a pytest of its own (pytester), and what it costs every other pytest."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parent.parent.parent
FRUIT = ROOT / "specs" / "fruit" / "fruit.json"
INSTALLED = bool(entry_points(group="pytest11", name="swfgraph"))
PLUGIN = (
    *(() if INSTALLED else ("-p", "engine.testing.pytest_plugin")),
    *(f"-pno:{other}" for other in ("cacheprovider", "hypothesispytest", "anyio")),
)
"""Where swfgraph is installed pytest finds it; in a bare checkout it has to be named. Without what other packages here give pytest."""


@pytest.fixture
def tested(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with the fruit spec and one scenario of it that passes and one that fails."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.path.joinpath("fruit.json").write_bytes(FRUIT.read_bytes())
    digit = {"activities": {"Test_Task_A": {"result": 7}}, "expect": {"status": "failed", "reason": "NoLetter"}}
    kiwi = {"activities": {"Test_Task_A": {"result": "k"}, "Test_Task_B": {"result": "kale"}}, "expect": {"output": "kiwi"}}
    scenarios = [{"name": "a digit is no letter", **digit}, {"name": "k is for kiwi", **kiwi}]
    pytester.path.joinpath("fruit.test.json").write_text(json.dumps({"scenarios": scenarios}, indent=1), encoding="utf-8")
    return pytester


def test_the_fixture_plays_a_spec_with_python_functions_for_answers(tested: pytest.Pytester) -> None:
    tested.makepyfile(
        """
        from engine.testing.model import Fail, Status

        def test_fruit(run_spec):
            outcome = run_spec("fruit.json", activities={"Test_Task_A": {"result": "k"}, "name_fruit": lambda letter: letter + "iwi"})
            assert outcome.status is Status.COMPLETED
            assert outcome.output == "kiwi"
            assert outcome.path == ("pick_letter", "is_letter", "name_fruit", "done")

        def test_failing(run_spec):
            def broken(_):
                raise KeyError("k")
            outcome = run_spec("fruit.json", activities={"Test_Task_A": broken}, expect={"status": "failed"})
            assert outcome.reason == "pick_letter: KeyError"
            assert outcome.attempts["pick_letter"] == 3
        """
    )
    tested.runpytest_subprocess(*PLUGIN).assert_outcomes(passed=2)


def test_an_assert_in_an_answer_fails_the_test_and_not_the_activity(tested: pytest.Pytester) -> None:
    tested.makepyfile(
        """
        def test_input(run_spec):
            def name_fruit(letter):
                assert letter == "q"
            run_spec("fruit.json", activities={"Test_Task_A": {"result": "k"}, "Test_Task_B": name_fruit})
        """
    )
    result = tested.runpytest_inprocess(*PLUGIN)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert 'k' == 'q'*"])


def test_a_missing_answer_and_a_wrong_name_are_said_as_in_a_test_file(tested: pytest.Pytester) -> None:
    tested.makepyfile(
        """
        def test_missing(run_spec):
            run_spec("fruit.json", activities={"Test_Task_A": {"result": "k"}})

        def test_misspelt(run_spec):
            run_spec("fruit.json", activities={"Test_Task_C": {"result": "k"}})
        """
    )
    result = tested.runpytest_inprocess(*PLUGIN)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(['*no answer for the activity Test_Task_B (node name_fruit, attempt 1), asked with the input "k"*'])
    result.stdout.fnmatch_lines(['*"Test_Task_C" is no activity*'])


def test_files_are_collected_when_they_are_asked_for(tested: pytest.Pytester) -> None:
    tested.runpytest_inprocess(*PLUGIN).assert_outcomes()
    result = tested.runpytest_inprocess("--swfgraph", *PLUGIN)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["output  *fruit.test.json:*", '  - "kiwi"', '  + "kale"'])
    tested.runpytest_inprocess("fruit.test.json", *PLUGIN).assert_outcomes(passed=1, failed=1)
    tested.makeini("[pytest]\nswfgraph = true\n")
    tested.runpytest_inprocess("-k", "digit", *PLUGIN).assert_outcomes(passed=1, deselected=1)


def test_a_broken_file_is_an_error_of_the_collection(tested: pytest.Pytester) -> None:
    tested.path.joinpath("fruit.test.json").write_text('{"scenarios": [{"nam": "x"}]}', encoding="utf-8")
    result = tested.runpytest_inprocess("--swfgraph", *PLUGIN)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['*unknown key "nam"*'])


def test_the_plugin_imports_nothing_of_swfgraph_before_it_is_used() -> None:
    code = "import sys, engine.testing.pytest_plugin; print(*sorted(name for name in sys.modules if name.split('.')[0] == 'engine'))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["engine", "engine.testing", "engine.testing.pytest_plugin"]
    heavy = "import sys, engine.testing.pytest_plugin; print(*({'networkx', 'jsonschema', 'msgspec', 'boto3'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", heavy], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split() == []
