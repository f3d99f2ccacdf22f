"""The specs that the console was given: chart, findings of `check`, source; and what is different between two of them, drawn."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.console.comparing import Compared, compare
from engine.console.desk import Desk, desk_of
from engine.console.drawing import svg_of, svg_over
from engine.console.shelf import Shelved
from engine.errors import Severity
from engine.graph.plan import Plan
from engine.spec.model import ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`name` and `version` are empty where the file is so wrong that it says none."""

    index: int
    file: str
    name: str
    version: str
    domain: str
    errors: int
    warnings: int
    nodes: int


def show(request: Request) -> Response:
    desk = desk_of(request)
    return desk.page(request, "specs.html", rows=[_row(index, shelved) for index, shelved in enumerate(desk.shelf.all())])


def _row(index: int, shelved: Shelved) -> Row:
    top = _top(shelved)
    findings = shelved.checked.findings
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    nodes = top.get("nodes")
    return Row(
        index=index,
        file=str(shelved.path),
        name=str(top.get("name", "")),
        version=str(top.get("version", "")),
        domain=str(top.get("domain", "")),
        errors=errors,
        warnings=len(findings) - errors,
        nodes=len(nodes) if isinstance(nodes, dict) else 0,
    )


def _top(shelved: Shelved) -> Mapping[str, Any]:
    try:
        value = json.loads(shelved.text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def one(request: Request) -> Response:
    """By name and version; a spec with errors has no chart, but its findings and its source."""
    desk = desk_of(request)
    shelved = _find(desk, request.path_params["name"], request.path_params["version"])
    rows = [_row(index, other) for index, other in enumerate(desk.shelf.all())]
    name, version = request.path_params["name"], request.path_params["version"]
    plan = shelved.checked.plan
    return desk.page(
        request,
        "spec.html",
        name=name,
        version=version,
        shelved=shelved,
        plan=plan,
        svg="" if plan is ABSENT else Markup(svg_of(plan)),  # noqa: S704 - our own drawing, whose writer escapes every text
        lines=shelved.text.splitlines(),
        others=[
            (row.version, f"{desk.root}/specs/diff?{urlencode({'name': name, 'from': row.version, 'to': version})}")
            for row in rows
            if row.name == name and row.version != version and not row.errors and plan is not ABSENT
        ],
    )


def diff(request: Request) -> Response:
    desk = desk_of(request)
    name, before, after = (request.query_params.get(key, "") for key in ("name", "from", "to"))
    old, new = _find(desk, name, before), _find(desk, name, after)
    compared = compare(_plan(old), _plan(new))
    lines = difflib.unified_diff(old.text.splitlines(), new.text.splitlines(), f"{name} {before}", f"{name} {after}", lineterm="")
    return desk.page(
        request, "specdiff.html", name=name, before=before, after=after, compared=compared, drawn=_drawn(compared), lines=list(lines)
    )


def _drawn(compared: Compared) -> tuple[Markup, Markup]:
    old = svg_over(compared.old, compared.gone)
    new = svg_over(compared.new, compared.come)
    return Markup(old), Markup(new)  # noqa: S704 - our own drawings


def _plan(shelved: Shelved) -> Plan:
    if shelved.checked.plan is ABSENT:
        raise HTTPException(404)
    return shelved.checked.plan


def _find(desk: Desk, name: str, version: str) -> Shelved:
    for shelved in desk.shelf.all():
        top = _top(shelved)
        if (str(top.get("name", "")), str(top.get("version", ""))) == (name, version):
            return shelved
    raise HTTPException(404)


ROUTES: Final = (
    Route("/specs", show),
    Route("/specs/diff", diff),
    Route("/specs/{name:part}/{version:part}", one),
)
