"""Words of alerts: texts of workflows are texts, whatever stands in them."""

from __future__ import annotations

import shlex
import string
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from engine.runtime.alerts.occurrence import (
    LONGEST_LINE,
    MOST_LINES,
    About,
    Level,
    Occurrence,
    alert_id_of,
    clean,
    look_command,
    message,
    without_user,
)


def about(**more: str) -> About:
    fields = {"domain": "d", "workflow": "W", "version": "1", "workflow_id": "w", "run_id": "r", **more}
    return About(started=0.0, **fields)


def occurrence(*lines: str, key: str = "failed", **more: str) -> Occurrence:
    return Occurrence(about=about(**more), key=key, words="failed", level=Level.FAILURE, at=60.0, lines=lines)


def test_what_would_mention_somebody_is_taken_apart() -> None:
    body = message(occurrence("@everyone <!channel> <@U123> [here](http://x)"), "ops", url="http://h", plain=False).body
    for harm in ("@everyone", "<!channel", "<@U123", "](http", "http://x"):
        assert harm not in body
    assert "everyone" in body


def test_an_id_mentions_nobody_in_the_command_either() -> None:
    body = message(occurrence(workflow_id="<!channel> @everyone \u202e"), "ops", url="http://h", plain=False).body
    for harm in ("<!channel", "@everyone", "\u202e"):
        assert harm not in body
    assert "--url http://h" in body


def test_a_program_gets_the_text_as_it_is() -> None:
    assert "@everyone <!channel>" in message(occurrence("@everyone <!channel>"), "ops", url="http://h", plain=True).body


def test_a_long_tale_is_cut() -> None:
    body = message(occurrence(*(f"line {number}" for number in range(99))), "ops", url="http://h", plain=True).body
    assert "line 19" in body
    assert "line 20" not in body
    assert f"... {99 - MOST_LINES} more lines" in body


def test_an_alert_is_another_one_for_another_channel_run_or_occurrence() -> None:
    ids = {alert_id_of(occurrence(), "ops"), alert_id_of(occurrence(), "dev"), alert_id_of(occurrence(run_id="s"), "ops")}
    assert len(ids | {alert_id_of(occurrence(key="late 5"), "ops")}) == 4
    assert alert_id_of(occurrence("one"), "ops") == alert_id_of(occurrence("other"), "ops")


def test_the_address_of_the_endpoint_is_told_without_its_password() -> None:
    assert without_user("http://me:secret@host:1/x") == "http://host:1/x"
    assert without_user("sqlite:///a@b.db") == "sqlite:///a@b.db"
    assert "secret" not in message(occurrence(), "ops", url="http://me:secret@host:1", plain=True).body


@given(st.text(string.printable, min_size=1), st.text(string.printable, min_size=1))
def test_law_the_command_is_one_that_a_shell_reads_as_it_is_meant(workflow_id: str, domain: str) -> None:
    words = shlex.split(look_command(about(workflow_id=workflow_id, domain=domain), "http://h"))
    assert (words[:3], words[6]) == (["swfgraph", "status", workflow_id], domain)


@given(st.text(), st.booleans())
def test_law_a_line_is_one_line_of_bounded_length_without_control_characters(text: str, plain: bool) -> None:  # noqa: FBT001 - drawn
    line = clean(text, plain=plain)
    assert len(line.replace("\u200b", "")) <= LONGEST_LINE
    assert not [character for character in line if unicodedata.category(character) == "Cc"]
    assert clean(line, plain=True) == line
