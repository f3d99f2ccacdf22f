"""Claims about `engine.graph.together`, through `check_files`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.graph.check import check_files
from tests.graph.samples import act, child, document, end

PARENT = {"region": child("done"), "done": end()}
LINE = {"a": act("done"), "done": end()}


def written(folder: Path, stem: str, nodes: dict[str, Any], **more: Any) -> Path:
    file = folder / f"{stem}.json"
    file.write_text(json.dumps(document(nodes, **more).value, indent=1), encoding="utf-8")
    return file


def test_a_child_of_the_right_version_is_fine(tmp_path: Path) -> None:
    files = [written(tmp_path, "parent", PARENT), written(tmp_path, "child", LINE, name="Child")]
    assert check_files(files) == []


def test_a_child_of_another_version_is_a_warning_at_its_place(tmp_path: Path) -> None:
    parent, other = written(tmp_path, "parent", PARENT), written(tmp_path, "child", LINE, name="Child", version="2.0")
    (finding,) = check_files([other, parent])
    assert (finding.file, finding.rule, finding.pointer) == (str(parent), "unknown-version", "/nodes/region/workflow/version")
    assert finding.line > 1
    assert finding.hint == 'there is one of version "2.0"'


def test_a_child_that_no_spec_here_describes_is_fine(tmp_path: Path) -> None:
    assert check_files([written(tmp_path, "parent", PARENT), written(tmp_path, "other", LINE)]) == []


def test_a_spec_of_another_domain_is_none_of_its_children(tmp_path: Path) -> None:
    other = written(tmp_path, "child", LINE, name="Child", version="2.0", domain="elsewhere")
    assert check_files([written(tmp_path, "parent", PARENT), other]) == []


def test_findings_stay_with_their_file_in_the_order_of_the_files(tmp_path: Path) -> None:
    broken = written(tmp_path, "broken", {"a": act("gone"), "done": end()})
    files = [written(tmp_path, "parent", PARENT), broken, written(tmp_path, "child", LINE, name="Child", version="2.0")]
    found = [(Path(finding.file).stem, finding.rule) for finding in check_files(files)]
    assert found[0] == ("parent", "unknown-version")
    assert {stem for stem, _ in found[1:]} == {"broken"}
