"""What comes with swfgraph beside its code: the folders `schemas` and `specs`.

Imports nothing of swfgraph; imported by `schema`, by `testing.schema` and by the CLI's `init`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parent.parent


def shipped(name: str) -> Path:
    """The folder of that name: in a wheel inside the package, in a checkout beside it."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
