"""What a person (or, as JSON, a program) is told when something is wrong, and the exit code that goes with it.

Writes to stderr; decides nothing else. A finding is one `file:line:column` line; on a terminal the source line follows, with a
caret under the place. Imports `engine.errors`; imported by `main`, and by `check` for its findings.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import sys
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TextIO

import click

from engine.cli.exits import Exit
from engine.errors import EndpointError, EndpointUnavailable, Finding, InputError, Severity, SpecError, SwfFault, SwfgraphError, UsageError

ASKED_FOR_NONSENSE = frozenset(
    {
        "UnknownResourceFault",
        "TypeDeprecatedFault",
        "DomainDeprecatedFault",
        "DefaultUndefinedFault",
        "WorkflowExecutionAlreadyStartedFault",
        "TypeAlreadyExistsFault",
        "DomainAlreadyExistsFault",
        "TypeNotDeprecatedFault",
        "ValidationException",
        "SerializationException",
    }
)
"""Faults by which the service says that the request is wrong. Every other one (no access, over a limit) is the endpoint's."""

HINTS = (
    ("Unknown domain", "`swfgraph register SPEC` registers the domain and the types of a spec"),
    ("Unknown type", "`swfgraph register SPEC` registers the types of a spec"),
    ("Unknown execution", "no open execution has that workflowId; `swfgraph list` shows open and closed ones"),
)
"""What an UnknownResourceFault says -> the next step."""

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def exit_code(error: SwfgraphError) -> Exit:
    match error:
        case EndpointError():
            return Exit.ENDPOINT
        case UsageError() | InputError():
            return Exit.USAGE
        case SwfFault(code=code):
            return Exit.USAGE if code in ASKED_FOR_NONSENSE else Exit.ENDPOINT
        case _:
            return Exit.FAILED


def report(error: Exception, *, as_json: bool) -> Exit:
    """Tell the user about an error of any kind. Returns: the exit code."""
    match error:
        case click.ClickException():
            return _report_usage(error, as_json=as_json)
        case SwfgraphError():
            return _report_known(error, as_json=as_json)
        case _:
            return _report_bug(error, as_json=as_json)


def _report_known(error: SwfgraphError, *, as_json: bool) -> Exit:
    code = exit_code(error)
    if as_json:
        _write_json(_described(error), code)
    elif isinstance(error, SpecError):
        write_findings(error.findings, sys.stderr)
    elif isinstance(error, InputError):
        lines = [f"the input of {error.what} does not fit its inputSchema:"]
        _complain("\n".join([*lines, *(f"  at {pointer or '/'}: {complaint}" for pointer, complaint in error.violations)]))
    elif isinstance(error, SwfFault):
        _complain(_with_hint(error))
    elif isinstance(error, EndpointUnavailable) and re.match(r"http://(127\.|localhost|\[::1\])", error.url):
        _complain(f"{error} (is `swfgraph serve` running there?)")
    else:
        _complain(str(error))
    return code


def _with_hint(fault: SwfFault) -> str:
    return next((f"{fault} ({hint})" for words, hint in HINTS if words in fault.message), str(fault))


def _report_usage(error: click.ClickException, *, as_json: bool) -> Exit:
    if as_json:
        _write_json({"type": "UsageError", "message": error.format_message()}, Exit.USAGE)
    elif isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
    elif isinstance(error, click.UsageError):
        _complain(error.format_message())
        if error.ctx is not None:
            click.echo(f"\n{error.ctx.get_usage()}\nMore: {error.ctx.command_path} --help", err=True)
    else:
        error.show()
    return Exit.USAGE


def _report_bug(bug: Exception, *, as_json: bool) -> Exit:
    trace = "".join(traceback.format_exception(bug))
    if as_json:
        _write_json({"type": "Bug", "message": f"{type(bug).__name__}: {bug}", "traceback": trace}, Exit.BUG)
    else:
        click.echo(trace, err=True, nl=False)
        _complain(f"this is a bug in swfgraph ({type(bug).__name__}); please report it, with the lines above")
    return Exit.BUG


def write_findings(findings: Sequence[Finding], stream: TextIO) -> None:
    """Each finding on its line; on a terminal in colour, with the line of the file that it is about."""
    on_terminal = stream.isatty()
    for finding in findings:
        if not on_terminal:
            click.echo(str(finding), file=stream)
            continue
        severity = style(finding.severity, COLOURS[finding.severity])
        hint = f" ({finding.hint})" if finding.hint else ""
        rule = style(f"[{finding.rule} at {finding.pointer or '/'}]", dim=True)
        place = style(f"{finding.file}:{finding.line}:{finding.column}:", bold=True)
        click.echo(f"{place} {severity}: {finding.message}{hint} {rule}", file=stream)
        click.echo(excerpt(finding), file=stream, nl=False)


def excerpt(finding: Finding, width: int = 100) -> str:
    """The finding's line of the file with a caret below; empty where the file can't be read (stdin, gone, another encoding)."""
    try:
        lines = Path(finding.file).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return ""
    if not 1 <= finding.line <= len(lines):
        return ""
    first = max(0, finding.column - width) if finding.column > width else 0
    line = lines[finding.line - 1].rstrip("\r").replace("\t", " ")[first : first + width]
    gutter = f"{finding.line:>6} | "
    caret = style("^", COLOURS[finding.severity], bold=True)
    return f"{gutter}{line}\n{' ' * (len(gutter) - 2)}| {' ' * (finding.column - 1 - first)}{caret}\n"


def finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "pointer": finding.pointer,
        "severity": str(finding.severity),
        "rule": finding.rule,
        "message": finding.message,
        "hint": finding.hint,
    }


def style(text: str, colour: str | None = None, *, bold: bool = False, dim: bool = False) -> str:
    """ANSI colour, unless the user has said NO_COLOR (https://no-color.org)."""
    if os.environ.get("NO_COLOR"):
        return text
    return click.style(text, fg=colour, bold=bold or None, dim=dim or None)


def _described(error: SwfgraphError) -> dict[str, Any]:
    described: dict[str, Any] = {"type": type(error).__name__, "message": str(error)}
    match error:
        case SpecError(findings=findings):
            described["findings"] = [finding_json(finding) for finding in findings]
        case InputError(violations=violations):
            described["violations"] = [{"pointer": pointer, "message": complaint} for pointer, complaint in violations]
        case SwfFault():
            described |= {"operation": error.operation, "code": error.code}
        case EndpointError():
            described["url"] = error.url
    return described


def _write_json(error: dict[str, Any], code: Exit) -> None:
    click.echo(json.dumps({"error": error | {"exitCode": int(code)}}, ensure_ascii=False), err=True)


def _complain(message: str) -> None:
    prefix = style("error:", "red", bold=True) if sys.stderr.isatty() else "error:"
    click.echo(f"swfgraph: {prefix} {message}", err=True)
