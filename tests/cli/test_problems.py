"""Claims about what is told when something is wrong."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from engine.cli import problems
from engine.cli.exits import Exit
from engine.errors import (
    AddressInUse,
    CredentialsMissing,
    DatabaseUnusable,
    EndpointUnavailable,
    Finding,
    InputError,
    Severity,
    SpecError,
    SpecMismatch,
    SwfFault,
    SwfgraphError,
    UsageError,
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def finding(file: Path, line: int, column: int, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(
        file=str(file), line=line, column=column, pointer="/nodes/a", rule="graph.unknown", message="no node is called b",
        hint="did you mean a?", severity=severity,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SpecError([]), Exit.FAILED),
        (SpecMismatch(5, recorded="a", ours="b"), Exit.FAILED),
        (UsageError("no"), Exit.USAGE),
        (InputError("x", [("/a", "is missing")]), Exit.USAGE),
        (SwfFault("DescribeDomain", "UnknownResourceFault", "Unknown domain: x"), Exit.USAGE),
        (SwfFault("DescribeDomain", "OperationNotPermittedFault", "no"), Exit.ENDPOINT),
        (SwfFault("DescribeDomain", "AccessDeniedException", "no"), Exit.ENDPOINT),
        (EndpointUnavailable("http://x", "refused"), Exit.ENDPOINT),
        (CredentialsMissing("aws://x", "none"), Exit.ENDPOINT),
        (DatabaseUnusable("sqlite:///x", "corrupt"), Exit.ENDPOINT),
        (AddressInUse("http://x", "taken"), Exit.ENDPOINT),
    ],
)
def test_every_error_has_its_exit_code(error: SwfgraphError, code: Exit) -> None:
    assert problems.report(error, as_json=False) == code


def test_an_error_is_one_message_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    problems.report(EndpointUnavailable("https://swf.example", "connection refused"), as_json=False)
    assert capsys.readouterr().err == "swfgraph: error: https://swf.example: connection refused\n"


@pytest.mark.parametrize("url", ["http://127.0.0.1:4510", "http://localhost:4510", "http://[::1]:4510"])
def test_where_nothing_listens_on_this_machine_serve_is_thought_of(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    problems.report(EndpointUnavailable(url, "connection refused"), as_json=False)
    assert capsys.readouterr().err.endswith("(is `swfgraph serve` running there?)\n")


@pytest.mark.parametrize(
    ("message", "hint"),
    [("Unknown domain: X", "swfgraph register"), ("Unknown type: X", "swfgraph register"), ("Unknown execution, X", "swfgraph list")],
)
def test_what_the_service_does_not_know_leads_to_the_next_step(message: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    problems.report(SwfFault("Any", "UnknownResourceFault", message), as_json=False)
    assert hint in capsys.readouterr().err


def test_a_spec_error_is_its_findings_a_line_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = [finding(tmp_path / "s.json", 1, 2), finding(tmp_path / "s.json", 3, 4, Severity.WARNING)]
    problems.report(SpecError(found), as_json=False)
    assert capsys.readouterr().err.splitlines() == [str(one) for one in found]


def test_an_input_error_lists_every_violation(capsys: pytest.CaptureFixture[str]) -> None:
    problems.report(InputError("FruitWorkflow 1.0", [("/letter", "is no text"), ("", "lacks 'count'")]), as_json=False)
    assert capsys.readouterr().err.splitlines()[1:] == ["  at /letter: is no text", "  at /: lacks 'count'"]


def test_errors_as_json_say_what_a_program_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problems.report(SwfFault("DescribeDomain", "UnknownResourceFault", "Unknown domain: x"), as_json=True)
    assert json.loads(capsys.readouterr().err)["error"] == {
        "type": "SwfFault",
        "message": "DescribeDomain: UnknownResourceFault: Unknown domain: x",
        "operation": "DescribeDomain",
        "code": "UnknownResourceFault",
        "exitCode": 2,
    }
    problems.report(SpecError([finding(tmp_path / "s.json", 7, 9)]), as_json=True)
    (told,) = json.loads(capsys.readouterr().err)["error"]["findings"]
    assert (told["line"], told["column"], told["pointer"], told["severity"]) == (7, 9, "/nodes/a", "error")


def test_on_a_terminal_a_finding_shows_the_line_with_a_caret_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    spec = tmp_path / "s.json"
    spec.write_text('{\n  "nodes": {"a": {"next": "b"}}\n}\n', encoding="utf-8")
    terminal = Terminal()
    problems.write_findings([finding(spec, 2, 27)], terminal)
    place, line, caret = terminal.getvalue().splitlines()
    assert place == f"{spec}:2:27: error: no node is called b (did you mean a?) [graph.unknown at /nodes/a]"
    assert line == '     2 |   "nodes": {"a": {"next": "b"}}'
    assert caret.index("^") == line.index('"b"')


def test_an_excerpt_of_a_long_line_shows_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    spec = tmp_path / "s.json"
    spec.write_text("x" * 400 + "HERE" + "x" * 400, encoding="utf-8")
    line, caret = problems.excerpt(finding(spec, 1, 401)).splitlines()
    assert line[caret.index("^")] == "H"
    assert len(line) < 120


@pytest.mark.parametrize("line", [0, 2])
def test_a_place_outside_of_the_file_has_no_excerpt(tmp_path: Path, line: int) -> None:
    spec = tmp_path / "s.json"
    spec.write_text("{}", encoding="utf-8")
    assert problems.excerpt(finding(spec, line, 1)) == ""
    assert problems.excerpt(finding(tmp_path / "gone.json", 1, 1)) == ""
