"""Every picture shows its spec as it is today."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.graph.check import check_file
from tools.pictures import ROOT, draw, is_current, pictures

PICTURES = list(pictures())


@pytest.mark.parametrize(("spec", "picture"), PICTURES, ids=[spec.stem for spec, _ in PICTURES])
def test_a_picture_shows_its_spec_as_it_is_today(spec: Path, picture: Path) -> None:
    assert check_file(spec).findings == ()
    assert is_current(spec, picture), "run python -m tools.pictures"


def test_a_picture_of_another_spec_is_noticed(tmp_path: Path) -> None:
    spec, picture = tmp_path / "spec.json", tmp_path / "spec.png"
    text = (ROOT / "specs" / "hello" / "hello.json").read_text(encoding="utf-8")
    spec.write_text(text, encoding="utf-8")
    assert not is_current(spec, picture)
    draw(spec, picture)
    assert is_current(spec, picture)
    spec.write_text(text.replace('"saying_hi"', '"saying_hello"'), encoding="utf-8")
    assert not is_current(spec, picture)
