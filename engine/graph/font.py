"""The font that comes with the installation, so that a drawing has text on a machine that has no fonts. Imported by `draw` and `pdf`.

Arimo has the widths of Helvetica and Arial, letters for Latin, Greek, Cyrillic and Hebrew, and comes from fontpkg-arimo (OFL 1.1).
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

FAMILY: Final = "Arimo"


def font_file() -> Path:
    """Upright, with all weights in one file."""
    return Path(str(files("fontpkg_arimo") / "files" / "Arimo[wght].ttf"))
