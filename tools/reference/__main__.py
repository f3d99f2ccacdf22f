"""Writes the reference, or says whether it is current."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.reference.page import reference

PAGE = Path(__file__).parents[2] / "docs" / "language.md"


def main(arguments: list[str]) -> int:
    text = reference()
    if arguments == ["--check"]:
        current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        print(f"{PAGE.name} is {'current' if current else 'not current: run python -m tools.reference'}")
        return 0 if current else 1
    if arguments:
        print("usage: python -m tools.reference [--check]", file=sys.stderr)
        return 2
    PAGE.write_text(text, encoding="utf-8")
    print(f"wrote {PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
