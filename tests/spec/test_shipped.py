"""What comes with swfgraph is found. (From a wheel, too: tests/test_packaging.py.)"""

from __future__ import annotations

import pytest

from engine.spec.shipped import shipped


@pytest.mark.parametrize(("folder", "has"), [("schemas", "workflow.schema.json"), ("specs", "fruit/fruit.json")])
def test_a_folder_is_where_this_checkout_has_it(folder: str, has: str) -> None:
    assert (shipped(folder) / has).is_file()
