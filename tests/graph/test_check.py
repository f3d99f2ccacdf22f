from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from engine.errors import Severity, SpecError
from engine.graph.check import check_document, check_file, find_specs, load_plan
from engine.spec.model import ABSENT
from engine.spec.source import parse_document
from tests.graph.samples import act, document, end, findings
from tests.strategies import documents, whole_documents

LINE = {"a": act("done"), "done": end()}
SPECS = Path(__file__).parents[2] / "specs"


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("file", find_specs([SPECS]), ids=lambda path: path.stem)
def test_the_example_specs_are_without_findings(file: Path) -> None:
    assert check_file(file).findings == ()


def test_a_sound_spec_gives_its_plan(tmp_path: Path) -> None:
    file = written(tmp_path, "line.json", document(LINE).text)
    assert load_plan(file).start == "a"
    assert load_plan(file).spec.folder == tmp_path


def test_warnings_do_not_stand_in_the_way_of_a_plan() -> None:
    checked = check_document(document(LINE, activities={"Work": {"version": "1"}, "Unused": {"version": "1"}}))
    assert [finding.severity for finding in checked.findings] == [Severity.WARNING]
    assert checked.plan is not ABSENT


def test_findings_of_graph_and_data_come_together_in_the_order_of_the_file() -> None:
    found = findings({"a": act("gone", input="{% resluts %}"), "done": end(), "b": act("a")})
    assert [finding.rule for finding in found] == ["unknown-node", "unknown-name", "several-starts"]
    assert [finding.line for finding in found] == sorted(finding.line for finding in found)


def test_what_is_left_of_a_wrong_shape_is_checked_too() -> None:
    found = findings({"a": act("gone", nxet="done"), "done": end()})
    assert [finding.rule for finding in found] == ["unknown-node", "unknown-key"]


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    checked = check_file(tmp_path / "missing.json")
    assert checked.plan is ABSENT
    assert checked.findings[0].file == str(tmp_path / "missing.json")


def test_load_plan_refuses_with_every_finding_warnings_too(tmp_path: Path) -> None:
    text = document({"a": act("gone"), "done": end()}, activities={"Work": {"version": "1"}, "Unused": {"version": "1"}}).text
    with pytest.raises(SpecError) as refused:
        load_plan(written(tmp_path, "bad.json", text))
    assert {finding.severity for finding in refused.value.findings} == set(Severity)


def test_specs_are_found_by_their_nodes(tmp_path: Path) -> None:
    one = written(tmp_path, "b/one.json", '{"nodes": {}}')
    two = written(tmp_path, "a.json", '{"nodes": {}, "x": 1}')
    written(tmp_path, "other.json", '{"edges": {}}')
    written(tmp_path, "list.json", '["nodes"]')
    written(tmp_path, "broken.json", "{")
    written(tmp_path, "notes.txt", '{"nodes": {}}')
    written(tmp_path, ".hidden/spec.json", '{"nodes": {}}')
    written(tmp_path, "node_modules/spec.json", '{"nodes": {}}')
    written(tmp_path, "env/pyvenv.cfg", "")
    written(tmp_path, "env/spec.json", '{"nodes": {}}')
    assert find_specs([tmp_path]) == [two, one]


def test_a_broken_spec_is_found_too_if_it_says_that_it_is_one(tmp_path: Path) -> None:
    broken = written(tmp_path, "broken.json", '{"$schema": "../schemas/workflow.schema.json", "nodes": {,}}')
    assert find_specs([tmp_path]) == [broken]


def test_files_are_taken_as_they_are_named_and_each_once(tmp_path: Path) -> None:
    spec = written(tmp_path, "spec.json", '{"nodes": {}}')
    assert find_specs([tmp_path / "none.json", spec, tmp_path]) == [tmp_path / "none.json", spec]


@settings(deadline=None)
@given(documents() | whole_documents(continued=True))
def test_law_random_valid_workflows_have_no_errors(value: dict[str, Any]) -> None:
    checked = check_document(parse_document(json.dumps(value), "random.json"))
    assert [str(finding) for finding in checked.findings if finding.severity is Severity.ERROR] == []


KEYS = ["next", "when", "errors", "type", "items", "activity", "input"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5) | st.sampled_from(["s0", "s1", "end0", "{% results.s1 %}", "a ="]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=4,
)


@st.composite
def mutated(draw: DrawFn) -> dict[str, Any]:
    """A valid workflow in which a few values, anywhere, were replaced, removed or taken from elsewhere in it."""
    value = copy.deepcopy(draw(documents() | whole_documents(continued=True)))
    for _ in range(draw(st.integers(1, 4))):
        places = list(containers(value))
        container, key = places[draw(st.integers(0, len(places) - 1))]
        match draw(st.sampled_from(["replace", "remove", "copy"])):
            case "replace":
                container[key] = draw(JSON)
            case "copy":
                other, elsewhere = places[draw(st.integers(0, len(places) - 1))]
                container[key] = copy.deepcopy(other[elsewhere])
            case _:
                del container[key]
    return value


def containers(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        return [(value, key) for key in value] + [place for inner in value.values() for place in containers(inner)]
    if isinstance(value, list):
        return [(value, index) for index in range(len(value))] + [place for inner in value for place in containers(inner)]
    return []


@settings(deadline=None, max_examples=200)
@given(mutated())
def test_law_whatever_a_document_holds_checking_gives_findings_or_a_plan(value: dict[str, Any]) -> None:
    checked = check_document(parse_document(json.dumps(value), "mutated.json"))
    errors = [finding for finding in checked.findings if finding.severity is Severity.ERROR]
    assert (checked.plan is ABSENT) is bool(errors)
    assert all(finding.message and finding.line >= 1 and finding.column >= 1 for finding in checked.findings)
