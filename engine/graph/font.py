"""The font that comes with the installation, so that a drawing has text on a machine that has no fonts. Imported by `draw` and `pdf`.

Arimo has the widths of Helvetica and Arial, letters for Latin, Greek, Cyrillic and Hebrew, and comes from fontpkg-arimo (OFL 1.1).
"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Final

FAMILY: Final = "Arimo"

_COVERED: Final = re.compile("[ -~\u00a0-\u017f\u0391-\u03a1\u03a3-\u04ff\u05d0-\u05ea\u2010-\u2027€←→≤≥\ufffd]*")
"""Some of what the font has: enough for most charts."""


def font_file() -> Path:
    """Upright, with all weights in one file."""
    return Path(str(files("fontpkg_arimo") / "files" / "Arimo[wght].ttf"))


def covers(text: str) -> bool:
    """Whether the font surely has every letter, so that no other one need be looked for."""
    return _COVERED.fullmatch(text) is not None
