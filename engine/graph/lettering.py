"""Text in a drawing: made harmless, measured, broken into lines, shortened.

Widths are Helvetica's, from Adobe's AFM files; Arial, Arimo and Liberation Sans have the same. For what is not ASCII a letter counts as
wide as the ASCII letter it is built on, else as a wide one of its kind: boxes may turn out roomy, never tight. No I/O, no fonts here.
Imports the standard library; imported by what letters a drawing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_REGULAR: Final = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556,
    278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667,
    611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833,
    556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_BOLD: Final = (
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556,
    333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667,
    611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889,
    611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
)  # fmt: skip
"""Thousandths of the font size, for the characters 32 to 126."""
_FULL, _UPPER, _OTHER = 1000, 800, 650
_NOTHING: Final = frozenset({"Mn", "Me", "Cf"})
_FORBIDDEN: Final = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Control characters, the marks that turn the direction of the text around them, and what neither XML nor UTF-8 can carry."""
_WORDS: Final = re.compile(r"(?:≤ )?\S+\s*")
"""With the space behind them. A bound and its number stay together."""
_BREAK_IN_WORD: Final = re.compile(r"(?<=[_.,;/&|)\]=-])(?=\S)|(?<=[a-z0-9])(?=[A-Z])")
_ELLIPSIS: Final = "…"


def harmless(text: str) -> str:
    """The text on one line, without what would break a drawing or reach beyond its label."""
    return " ".join(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text).split())


def width(text: str, size: float, *, bold: bool = False) -> float:
    """In the unit of `size`, points or pixels."""
    return sum(_advance(character, bold) for character in text) * size / 1000


def wrapped(text: str, size: float, *, widest: float, lines: int, bold: bool = False) -> tuple[str, ...]:
    """The text in at most so many lines of at most that width; what does not fit is left out, and an ellipsis says so."""
    broken: list[str] = [""]
    for piece in _pieces(harmless(text), size, widest, bold=bold):
        if width((broken[-1] + piece).rstrip(), size, bold=bold) <= widest:
            broken[-1] += piece
        else:
            broken.append(piece)
    kept = [line.rstrip() for line in broken if line.strip()]
    if len(kept) > lines:
        kept = [*kept[: lines - 1], _shortened(kept[lines - 1] + _ELLIPSIS, size, widest, bold=bold)]
    return tuple(kept)


@lru_cache(maxsize=4096)
def _advance(character: str, bold: bool) -> int:  # noqa: FBT001 - a cache's key
    code = ord(character)
    if 32 <= code <= 126:
        return (_BOLD if bold else _REGULAR)[code - 32]
    if unicodedata.category(character) in _NOTHING:
        return 0
    if unicodedata.east_asian_width(character) in {"W", "F"}:
        return _FULL
    base = unicodedata.normalize("NFKD", character)[0]
    if 32 < ord(base) <= 126:
        return _advance(base, bold)
    return _UPPER if character.isupper() else _OTHER


def _pieces(text: str, size: float, widest: float, *, bold: bool) -> Iterator[str]:
    """What a line may be broken between: words; of words that are too wide their parts; of such parts what fits."""
    for word in _WORDS.findall(text):
        if width(word.rstrip(), size, bold=bold) <= widest:
            yield word
            continue
        for part in _BREAK_IN_WORD.split(word):
            rest = part
            while width(rest.rstrip(), size, bold=bold) > widest:
                fitting = next(end for end in range(len(rest), 0, -1) if end == 1 or width(rest[:end], size, bold=bold) <= widest)
                yield rest[:fitting]
                rest = rest[fitting:]
            if rest:
                yield rest


def _shortened(line: str, size: float, widest: float, *, bold: bool) -> str:
    kept = line.removesuffix(_ELLIPSIS)
    while kept and width(kept + _ELLIPSIS, size, bold=bold) > widest:
        kept = kept[:-1]
    return kept.rstrip() + _ELLIPSIS
