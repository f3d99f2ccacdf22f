from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase.ttfonts import TTFont

from engine.graph.font import covers, font_file
from engine.graph.lettering import harmless, width, wrapped

ARIMO = TTFont("Arimo", str(font_file()))


@pytest.mark.parametrize("text", ["pick_letter", "$contains(results.a, /^[a-z]$/)", "≤ 3 times", "Größe", "Iiiiill, WWWWMM", "ключ"])
def test_text_is_never_wider_than_it_counts(text: str) -> None:
    assert ARIMO.face.getCharWidth is not None
    assert ARIMO.stringWidth(text, 12) <= width(text, 12) + 0.5


def test_ascii_is_measured_exactly() -> None:
    text = "".join(map(chr, range(32, 127)))
    assert width(text, 100) == pytest.approx(ARIMO.stringWidth(text, 100), abs=2)


def test_bold_is_wider_and_wide_letters_are() -> None:
    assert width("name", 10, bold=True) > width("name", 10)
    assert width("日本", 10) == 20
    assert width("e\u0301", 10) == width("e", 10)


def test_harmless_text_has_one_line_and_no_controls() -> None:
    assert harmless(" a\nb\t c\u0000d\u202ee\ud800 ") == "a b c\ufffdd\ufffde\ufffd"


def test_lines_break_between_words() -> None:
    assert wrapped("one two three four", 10, widest=45, lines=4) == ("one two", "three four")


def test_a_long_word_breaks_at_its_parts() -> None:
    assert wrapped("validate_customer_payment", 10, widest=90, lines=4) == ("validate_customer_", "payment")


def test_a_word_without_parts_is_cut() -> None:
    lines = wrapped("x" * 40, 10, widest=50, lines=9)
    assert "".join(lines) == "x" * 40
    assert len(lines) == 4


def test_what_does_not_fit_is_left_out_and_that_is_shown() -> None:
    lines = wrapped("one two three four five six", 10, widest=40, lines=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")


def test_nothing_has_no_lines() -> None:
    assert wrapped("  ", 10, widest=40, lines=2) == ()


@given(st.text(max_size=80), st.floats(12, 200), st.integers(1, 4))
def test_law_lines_are_as_few_and_as_narrow_as_asked(text: str, widest: float, lines: int) -> None:
    broken = wrapped(text, 10, widest=widest, lines=lines)
    assert len(broken) <= lines
    assert all(width(line, 10) <= widest or len(line) == 1 for line in broken)
    assert all(line == harmless(line) for line in broken)


@given(st.text())
def test_law_what_is_said_to_be_covered_is_in_the_font(text: str) -> None:
    if covers(text):
        assert set(map(ord, text)) <= set(ARIMO.face.charToGlyph)


def test_a_name_in_humps_is_broken_between_them() -> None:
    assert wrapped("ProcessIncomingOrders", 10, widest=80, lines=3) == ("ProcessIncoming", "Orders")


def test_a_bound_and_its_number_stay_on_one_line() -> None:
    *_, last = wrapped("retry Timeout.* ≤ 3", 10, widest=width("retry Timeout.* ≤", 10), lines=3)
    assert last == "≤ 3"
