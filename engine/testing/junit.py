"""Results as JUnit XML, the dialect that CI systems read: testsuites, a testsuite for each file, a testcase for each scenario.

Imports `suite`, `errors`; imported by the command. What XML can't hold is left out of texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from engine.errors import Finding
from engine.testing.suite import Failure, Played, SuiteResult

_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that are in no XML 1.0 document, escaped or not (Extensible Markup Language 1.0, production 2, Char)."""


def junit_xml(results: Sequence[SuiteResult], broken: Mapping[Path, Sequence[Finding]]) -> bytes:
    """The whole report. `broken`: test files that could not be read, each an error of its own."""
    top = Element("testsuites", name="swfgraph")
    for result in results:
        _suite(top, result)
    for file, findings in broken.items():
        suite = SubElement(top, "testsuite", name=_text(str(file)), tests="1", failures="0", errors="1", skipped="0", time="0.000")
        case = SubElement(suite, "testcase", classname=_text(str(file)), name="the file can be read", time="0.000")
        error = SubElement(case, "error", type="SpecError", message=_text(findings[0].message))
        error.text = _text("\n".join(map(str, findings)))
    for key in ("tests", "failures", "errors", "skipped"):
        top.set(key, str(sum(int(suite.attrib[key]) for suite in top)))
    top.set("time", f"{sum(float(suite.attrib['time']) for suite in top):.3f}")
    indent(top)
    text: bytes = tostring(top, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _suite(top: Element, result: SuiteResult) -> None:
    failed = sum(not one.passed for one in result.played)
    suite = SubElement(
        top,
        "testsuite",
        name=_text(str(result.loaded.suite.file)),
        tests=str(len(result.played)),
        failures=str(failed),
        errors="0",
        skipped="0",
        time=f"{sum(one.seconds for one in result.played):.3f}",
    )
    for one in result.played:
        _case(suite, one, result.loaded.plan.spec.name)


def _case(suite: Element, played: Played, workflow: str) -> None:
    place = played.place
    case = SubElement(
        suite,
        "testcase",
        classname=_text(workflow),
        name=_text(played.scenario.name),
        file=_text(place.file),
        line=str(place.line),
        time=f"{played.seconds:.3f}",
    )
    if not played.passed:
        first = played.failures[0]
        failure = SubElement(case, "failure", type="expectation", message=_text(f"{first.what} ({first.place})"))
        failure.text = _text("\n".join(line for one in played.failures for line in _lines(one)))


def _lines(failure: Failure) -> list[str]:
    return [f"{failure.what}  {failure.place}", *(f"  {line}" for line in failure.lines)]


def _text(text: str) -> str:
    return _ILLEGAL.sub("", text)
