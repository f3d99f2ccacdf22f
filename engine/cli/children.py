"""The specs of child workflows: among those that the command line names, else among the *.json files beside the parent's.

Children run in the domain of their parent, whatever their own specs say. Also here: the children that an execution has left open.
Imports `graph`, `interpreter.view`, `spec`, `swf`; imported by `run` and `retry`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.graph.check import load_plan
from engine.graph.plan import Plan
from engine.interpreter.view import RunView
from engine.spec.model import WorkflowNode, WorkflowType
from engine.swf.client import Client
from engine.swf.paging import paged


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    parent: Plan
    children: tuple[Plan, ...]
    """Those that it starts, those that they start, and whatever else was named."""
    unknown: tuple[str, ...]
    """What nodes name that no spec was found for, in words."""


def family_of(parent: Plan, given: Sequence[Plan]) -> Family:
    """Raises: SpecError where a child's spec has errors."""
    domain = parent.spec.domain
    found = {type_of(plan): _in_domain(plan, domain) for plan in (*given, parent)}
    unknown: list[str] = []
    open_plans = list(found.values())
    while open_plans:
        plan = open_plans.pop()
        for node in workflow_nodes(plan):
            if node.workflow in found:
                continue
            file = spec_of(plan.spec.folder, node.workflow.name, node.workflow.version)
            if file is None:
                unknown.append(f"{node.workflow.name} {node.workflow.version} (the node {node.name} of {plan.spec.file})")
                continue
            child = found[node.workflow] = _in_domain(load_plan(file), domain)
            open_plans.append(child)
    children = tuple(plan for kind, plan in found.items() if kind != type_of(parent))
    return Family(parent=parent, children=children, unknown=tuple(dict.fromkeys(unknown)))


def left_open(client: Client, plan: Plan, view: RunView) -> list[str]:
    """The children of an execution that has closed, by workflowId, that are still open: closing by itself, it leaves them be."""
    children = {child.workflow_id for node in view.nodes.values() for child in node.children}
    kinds = dict.fromkeys(node.workflow for node in workflow_nodes(plan)) if children else {}
    found = []
    for kind in kinds:
        request = {
            "domain": plan.spec.domain,
            "startTimeFilter": {"oldestDate": 0.0},
            "typeFilter": {"name": kind.name, "version": kind.version},
        }
        infos = paged(client, "ListOpenWorkflowExecutions", request, "executionInfos")
        found += [info["execution"]["workflowId"] for info in infos if info["execution"]["workflowId"] in children]
    return found


def type_of(plan: Plan) -> WorkflowType:
    return WorkflowType(name=plan.spec.name, version=plan.spec.version)


def workflow_nodes(plan: Plan) -> Iterator[WorkflowNode]:
    return (node for node in plan.nodes.values() if isinstance(node, WorkflowNode))


def _in_domain(plan: Plan, domain: str) -> Plan:
    return plan if plan.spec.domain == domain else replace(plan, spec=replace(plan.spec, domain=domain))


def spec_of(folder: Path, name: str, version: str) -> Path | None:
    """The first *.json of the folder, by its name, whose top level says that it is the spec of this workflow type."""
    for file in sorted(folder.glob("*.json")):
        try:
            top = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(top, dict) and "nodes" in top and (top.get("name"), top.get("version")) == (name, version):
            return file
    return None
