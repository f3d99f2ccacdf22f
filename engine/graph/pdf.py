"""A scene as a PDF of one page, its text searchable. Imports `scene`, `marks`, reportlab and the font; imported by `draw`.

Known gap: reportlab neither shapes text nor looks for other fonts, so that letters that Arimo lacks (Arabic, Chinese, ...) are shown as
replacement characters, and Hebrew from left to right. An SVG or a PNG has them where the system has a font for them.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from io import BytesIO
from typing import Any, Final, assert_never

from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from engine.graph.font import FAMILY, font_file
from engine.graph.lettering import width
from engine.graph.marks import BACKGROUND, HALO, Curve, Mark, Outline, Words
from engine.graph.scene import Scene

LONGEST: Final = 14_400.0
"""Points: no program must show a page that is longer (ISO 32000-1, annex C.2), and Acrobat does not."""

_FILL, _STROKE, _FILL_AND_STROKE = 0, 1, 2
_ROUND: Final = 1
_BOLDENING: Final = 0.028
"""The font's bold is a variation that reportlab can't reach: letters are outlined by this share of their size instead."""


def pdf_bytes(scene: Scene) -> bytes:
    font = TTFont(FAMILY, str(font_file()))
    pdfmetrics.registerFont(font)
    buffer = BytesIO()
    shrunk = min(1.0, LONGEST / max(scene.width, scene.height))
    canvas = Canvas(buffer, pagesize=(scene.width * shrunk, scene.height * shrunk), invariant=True)
    canvas.scale(shrunk, shrunk)
    canvas.setTitle(scene.title)
    canvas.setFillColor(HexColor(BACKGROUND))
    canvas.rect(0, 0, scene.width, scene.height, stroke=0, fill=1)
    for group in scene.groups:
        for mark in group.marks:
            shown = replace(mark, text=_shown(mark.text, font.face.charToGlyph)) if isinstance(mark, Words) else mark
            _draw(canvas, shown, scene.height)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _shown(text: str, glyphs: Container[int]) -> str:
    return "".join(character if ord(character) in glyphs else "\N{REPLACEMENT CHARACTER}" for character in text)


def _draw(canvas: Any, mark: Mark, height: float) -> None:
    match mark:
        case Outline():
            canvas.setDash([5, 3] if mark.dashed else [])
            canvas.setFillColor(HexColor(mark.fill))
            if mark.stroke:
                canvas.setStrokeColor(HexColor(mark.stroke))
                canvas.setLineWidth(mark.weight)
            canvas.drawPath(_path(canvas, mark.points, height, closed=True), stroke=int(bool(mark.stroke)), fill=1)
        case Curve():
            canvas.setDash([5, 3] if mark.dashed else [])
            canvas.setStrokeColor(HexColor(mark.stroke))
            canvas.setLineWidth(mark.weight)
            canvas.drawPath(_path(canvas, mark.points, height, closed=False), stroke=1, fill=0)
        case Words():
            _write(canvas, mark, height)
        case _:
            assert_never(mark)


def _path(canvas: Any, points: tuple[tuple[float, float], ...], height: float, *, closed: bool) -> Any:
    path = canvas.beginPath()
    flipped = [(x, height - y) for x, y in points]
    path.moveTo(*flipped[0])
    for index in range(1, len(flipped), 3):
        path.curveTo(*flipped[index], *flipped[index + 1], *flipped[index + 2])
    if closed:
        path.close()
    return path


def _write(canvas: Any, words: Words, height: float) -> None:
    spare = width(words.text, words.size, bold=True) - width(words.text, words.size) if words.bold else 0.0
    left = words.x - (pdfmetrics.stringWidth(words.text, FAMILY, words.size) + spare) / 2
    canvas.setDash([])
    canvas.setLineJoin(_ROUND)
    if words.halo:
        canvas.setLineWidth(HALO)
        _text(canvas, words, (left, height - words.y), mode=_STROKE, stroke=BACKGROUND)
    canvas.setLineWidth(words.size * _BOLDENING)
    mode = _FILL_AND_STROKE if words.bold else _FILL
    _text(canvas, words, (left, height - words.y), mode=mode, stroke=words.ink, spacing=spare / max(len(words.text), 1))


def _text(canvas: Any, words: Words, origin: tuple[float, float], *, mode: int, stroke: str, spacing: float = 0.0) -> None:
    text = canvas.beginText(*origin)
    text.setFont(FAMILY, words.size)
    text.setFillColor(HexColor(words.ink))
    text.setStrokeColor(HexColor(stroke))
    text.setTextRenderMode(mode)
    text.setCharSpace(spacing)
    text.textOut(words.text)
    text.setTextRenderMode(_FILL)
    text.setCharSpace(0)
    canvas.drawText(text)
