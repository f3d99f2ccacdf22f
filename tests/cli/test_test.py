"""`swfgraph test`, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from engine.cli.exits import Exit
from tests.cli.command import Shell, run_process
from tests.testing.flows import DONE, flow, one, scenarios, work

RIGHT = {"name": "all is well", "activities": {"Work": {"result": 1, "delay": "30m"}}, "expect": {"output": 1}}
WRONG = {"name": "all is <not> well", "activities": {"Work": {"result": 1}}, "expect": {"output": 2}}


def test_a_file_where_all_is_well_is_one_line(shell: Shell, tmp_path: Path) -> None:
    scenarios(one(tmp_path), RIGHT)
    told = shell("test")
    assert (told.code, told.err) == (Exit.DONE, "")
    first, blank, last = told.out.splitlines()
    assert first.startswith("✓ flow.test.json  1 scenario  100 % covered  ")
    assert (blank, last.startswith("1 passed in ")) == ("", True)


def test_what_is_not_as_expected_is_shown_with_its_place(shell: Shell, tmp_path: Path) -> None:
    file = scenarios(one(tmp_path), RIGHT, WRONG)
    told = shell("test", file)
    assert told.code == Exit.FAILED
    lines = told.out.splitlines()
    assert lines[0].startswith(f"✗ {file}  2 scenarios, 1 failed  ")
    assert lines[1] == "  ✗ all is <not> well"
    assert lines[2].startswith(f"      output  {file}:")
    assert lines[3:5] == ["        - 2", "        + 1"]
    assert lines[-1].startswith("1 failed, 1 passed in ")


def test_verbosely_every_scenario_has_a_line_with_its_virtual_time(shell: Shell, tmp_path: Path) -> None:
    scenarios(one(tmp_path), RIGHT)
    assert "  ✓ all is well  30m" in shell("test", "-v").out.splitlines()


def test_quietly_only_what_failed_is_told(shell: Shell, tmp_path: Path) -> None:
    scenarios(one(tmp_path), RIGHT)
    assert shell("test", "-q").out.splitlines()[0] == ""


def test_scenarios_are_picked_by_their_name(shell: Shell, tmp_path: Path) -> None:
    scenarios(one(tmp_path), RIGHT, WRONG)
    told = shell("test", "-k", "ALL IS WELL")
    assert told.code == Exit.DONE
    assert "1 passed, 1 left out in " in told.out
    assert "covered" not in told.out
    nothing = shell("test", "-k", "nothing of the kind")
    assert (nothing.code, nothing.err) == (Exit.USAGE, "swfgraph: error: no scenario has 'nothing of the kind' in its name\n")


def branching(folder: Path) -> Path:
    nodes = {"work": work(catch=[{"errors": ["*"], "next": "bad"}]), "done": {**DONE, "output": 1}, "bad": DONE}
    return scenarios(flow(folder, nodes), RIGHT)


def test_what_no_scenario_covers_is_told_with_its_place_in_the_spec(shell: Shell, tmp_path: Path) -> None:
    branching(tmp_path)
    told = shell("test")
    assert told.code == Exit.DONE
    lines = told.out.splitlines()
    assert "not covered in Flow: 2 of 5" in lines
    at = lines.index("not covered in Flow: 2 of 5")
    assert lines[at + 1].startswith("  work → bad (catch any error)  flow.json:")
    assert "not covered" not in shell("test", "--no-coverage").out


def test_too_little_coverage_fails_where_it_was_asked_for(shell: Shell, tmp_path: Path) -> None:
    branching(tmp_path)
    assert shell("test", "--min-coverage", "60").code == Exit.DONE
    told = shell("test", "--min-coverage", "90")
    assert told.code == Exit.FAILED
    assert "Flow is covered 60 %, less than 90 %" in told.out


def test_coverage_is_drawn(shell: Shell, tmp_path: Path) -> None:
    branching(tmp_path)
    told = shell("test", "--draw", "coverage.svg")
    assert told.err == "coverage.svg: the coverage of Flow\n"
    svg = (tmp_path / "coverage.svg").read_text(encoding="utf-8")
    assert svg.count("covered") >= 2
    assert "missed" in svg
    assert shell("test", "--draw", "coverage.xyz").code == Exit.USAGE


def test_of_several_specs_each_has_a_drawing(shell: Shell, tmp_path: Path) -> None:
    branching(tmp_path)
    scenarios(flow(tmp_path, {"done": DONE}, name="Other", file="other.json"), {"name": "it"})
    shell("test", "--draw", "pictures/c.mmd")
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == ["c-flow.mmd", "c-other.mmd"]


def test_json_has_it_all(shell: Shell, tmp_path: Path) -> None:
    scenarios(one(tmp_path), RIGHT, WRONG)
    told = shell("test", "--json")
    assert told.code == Exit.FAILED
    report: dict[str, Any] = json.loads(told.out)
    assert report["scenarios"] == {"passed": 1, "failed": 1, "leftOut": 0}
    [file] = report["files"]
    assert (file["workflow"], file["coverage"]["percent"], file["coverage"]["gaps"]) == ("Flow", 100, [])
    right, wrong = file["scenarios"]
    assert (right["passed"], right["outcome"]["duration"]) == (True, 1_800)
    assert wrong["failures"][0]["pointer"] == "/scenarios/1/expect/output"
    assert wrong["failures"][0]["lines"] == ["- 2", "+ 1"]


def test_a_file_with_mistakes_is_reported_and_the_others_are_played(shell: Shell, tmp_path: Path) -> None:
    scenarios(one(tmp_path), RIGHT)
    (tmp_path / "broken.test.json").write_text('{"scenarios": 3}', encoding="utf-8")
    told = shell("test", "--junit", "report.xml")
    assert told.code == Exit.FAILED
    assert "broken.test.json:1:15: error: " in told.out
    assert "1 file has mistakes, 1 passed in " in told.out
    described = json.loads(shell("test", "--json").out)
    assert [finding["pointer"] for finding in described["findings"]] == ["/scenarios"]
    root = ElementTree.parse(tmp_path / "report.xml").getroot()  # noqa: S314 - our own
    assert (root.attrib["tests"], root.attrib["errors"]) == ("2", "1")


def test_junit_says_what_ci_systems_ask_for(shell: Shell, tmp_path: Path) -> None:
    scenarios(one(tmp_path), RIGHT, WRONG, {**WRONG, "name": "a bell rings", "expect": {"output": "\u0007 ]]> \U0001f514"}})
    shell("test", "--junit", "out/report.xml")
    root = ElementTree.parse(tmp_path / "out" / "report.xml").getroot()  # noqa: S314 - our own
    counts = {"tests": "3", "failures": "2", "errors": "0", "skipped": "0"}
    [suite] = root
    for element in (root, suite):
        assert element.attrib.items() >= counts.items()
    right, wrong, bell = suite
    assert (right.attrib["classname"], right.attrib["name"], list(right)) == ("Flow", "all is well", [])
    assert (wrong.attrib["name"], wrong.attrib["file"]) == ("all is <not> well", "flow.test.json")
    assert int(wrong.attrib["line"]) > 1
    assert wrong[0].tag == "failure"
    assert "- 2" in str(wrong[0].text)
    assert "]]> \U0001f514" in str(bell[0].text)


def test_a_place_without_tests_is_wrong_usage(shell: Shell, tmp_path: Path) -> None:
    told = shell("test", one(tmp_path).parent)
    assert told.code == Exit.USAGE
    assert "there is no test in" in told.err


def test_colours_are_for_terminals(tmp_path: Path) -> None:
    scenarios(one(tmp_path), RIGHT, WRONG)
    told = run_process("test", cwd=tmp_path)
    assert told.code == Exit.FAILED
    assert "\x1b" not in told.out


@pytest.mark.parametrize("option", ["--junit", "--draw"])
def test_a_file_that_can_not_be_written_is_wrong_usage(shell: Shell, tmp_path: Path, option: str) -> None:
    scenarios(one(tmp_path), RIGHT)
    (tmp_path / "taken").write_text("", encoding="utf-8")
    told = shell("test", option, "taken/file.svg")
    assert told.code == Exit.USAGE
    assert "taken" in told.err
