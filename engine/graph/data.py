"""Pass 3: is every expression one, and can what it reads be there?

Every expression of a spec is parsed; what it reads of the data is held against what `before` knows about the node that evaluates it.
A result that can't be there is an error. One that may be missing is a warning, unless the expression provides for that itself (`??`,
`$exists`). Errors of nodes are treated alike, but in a condition, where nothing is simply false, their absence is nothing to warn of.
Imports `before`, `spec.expression`, `spec.template`; imported by `check`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, assert_never

from engine.errors import Finding
from engine.graph.before import Before, Standing
from engine.graph.findings import Places, did_you_mean, quoted
from engine.spec.expression import References, check_syntax, references
from engine.spec.model import (
    ABSENT,
    Absent,
    ActivityNode,
    ActivityType,
    CommandRun,
    DecisionNode,
    Node,
    PassNode,
    Spec,
    Template,
    TerminalNode,
    WaitFor,
    WaitNode,
)
from engine.spec.template import broken_strings_of, expressions_of

_DATA: Final = ("input", "results", "errors", "execution")
_WITH_RESULT: Final = (*_DATA, "result")
_TASK: Final = ("input", "activityId", "workflowId", "runId")
"""What the templates of an activity's `run` see: the worker has the task, not the execution's data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """One expression: where it stands, who evaluates it, which root names there are."""

    source: str
    pointer: str
    roots: tuple[str, ...]
    reader: str = ""
    """A node's name; empty where the worker evaluates."""
    condition: bool = False


def data_findings(spec: Spec, known: Before | Literal[Absent.ABSENT], places: Places) -> Iterator[Finding]:
    """Syntax and names always; what can be there only where the graph is sound (`known`)."""
    for site in _sites(spec):
        problem = check_syntax(site.source)
        if problem is not None:
            yield places.error_within("syntax", site.pointer, site.source, problem.offset, problem.message, hint=problem.hint)
            continue
        found = references(site.source)
        if not found.everything:
            yield from _names(site, found, places)
            yield from _results(site, found, spec, known, places)
            yield from _errors(site, found, spec, known, places)
    for pointer, template in _templates(spec):
        for suffix, complaint in broken_strings_of(template):
            yield places.error("syntax", pointer + suffix, f"{complaint} in this text", hint="expressions stand between {% and %}")


def _sites(spec: Spec) -> Iterator[_Site]:
    for name, activity in spec.activities.items():
        for pointer, template in _worker_templates(name, activity):
            yield from _in_template(template, pointer, roots=_TASK)
    for name, node in spec.nodes.items():
        for pointer, template in _node_templates(node, f"/nodes/{name}"):
            has_result = pointer.endswith("/output") and isinstance(node, ActivityNode | WaitNode)
            yield from _in_template(template, pointer, roots=_WITH_RESULT if has_result else _DATA, reader=name)
        if isinstance(node, DecisionNode):
            for index, choice in enumerate(node.choices):
                pointer = f"/nodes/{name}/choices/{index}/when"
                yield _Site(source=choice.when.source, pointer=pointer, roots=_DATA, reader=name, condition=True)
        elif isinstance(node, WaitNode) and not isinstance(node.on, WaitFor):
            yield _Site(source=node.on.time.source, pointer=f"/nodes/{name}/until", roots=_DATA, reader=name)


def _templates(spec: Spec) -> Iterator[tuple[str, Template]]:
    for name, activity in spec.activities.items():
        yield from _worker_templates(name, activity)
    for name, node in spec.nodes.items():
        yield from _node_templates(node, f"/nodes/{name}")


def _in_template(template: Template, pointer: str, *, roots: tuple[str, ...], reader: str = "") -> Iterator[_Site]:
    for suffix, source in expressions_of(template):
        yield _Site(source=source, pointer=pointer + suffix, roots=roots, reader=reader)


def _worker_templates(name: str, activity: ActivityType) -> Iterator[tuple[str, Template]]:
    if isinstance(activity.run, CommandRun):
        for index, argument in enumerate(activity.run.argv):
            yield f"/activities/{name}/run/command/{index}", argument
    if activity.output is not ABSENT:
        yield f"/activities/{name}/output/file", activity.output.path


def _node_templates(node: Node, at: str) -> Iterator[tuple[str, Template]]:
    match node:
        case ActivityNode():
            found = [("input", node.input), ("output", node.output)]
        case WaitNode():
            found = [("for", node.on.duration if isinstance(node.on, WaitFor) else ABSENT), ("output", node.output)]
        case PassNode():
            found = [("output", node.output)]
        case TerminalNode():
            found = [("output", node.output), ("reason", node.reason), ("details", node.details)]
        case DecisionNode():
            found = []
        case _:
            assert_never(node)
    for key, template in found:
        if template is not ABSENT:
            yield f"{at}/{key}", template


def _names(site: _Site, found: References, places: Places) -> Iterator[Finding]:
    for name in sorted(found.names - set(site.roots)):
        message = f'there is no "{name}" in the data that this expression sees'
        hint = did_you_mean(name, site.roots) or f"there are {quoted(site.roots)}"
        yield places.error("unknown-name", site.pointer, message, hint=hint)


def _results(site: _Site, found: References, spec: Spec, known: Before | Literal[Absent.ABSENT], places: Places) -> Iterator[Finding]:
    if "results" not in site.roots:
        return
    for name in sorted(found.results):
        if name not in spec.nodes:
            message = f'"results.{name}" is the result of no node: there is none of that name'
            yield places.error("unknown-result", site.pointer, message, hint=did_you_mean(name, spec.nodes))
        elif isinstance(spec.nodes[name], DecisionNode | TerminalNode):
            message = f'"{name}" is a {"decision" if isinstance(spec.nodes[name], DecisionNode) else "terminal"}, which has no result'
            yield places.error("unknown-result", site.pointer, message, hint="activity, wait and pass nodes have results")
        elif known is not ABSENT:
            yield from _result(site, name, known.result(site.reader, name), ("results", name) in found.optional, places)


def _result(site: _Site, name: str, standing: Standing, provided_for: bool, places: Places) -> Iterator[Finding]:  # noqa: FBT001
    default = "give a default with ??, or ask with $exists"
    match standing:
        case Standing.ALWAYS:
            return
        case Standing.AFTER if name == site.reader:
            hint = 'what the node gave is "result", in its output' if site.pointer.endswith("/output") else f"errors.{name} can be there"
            yield places.error("no-result", site.pointer, f'"{name}" reads its own result, which is not there yet', hint=hint)
        case Standing.AFTER:
            message = f'"{name}" can\'t have completed here: it comes after "{site.reader}"'
            hint = f"going back forgets the results of what runs again; errors.{name} may be there"
            yield places.error("no-result", site.pointer, message, hint=hint)
        case Standing.FAILED:
            message = f'"{name}" has no result here: "{site.reader}" runs only after it has failed'
            yield places.error("no-result", site.pointer, message, hint=f"errors.{name} says how it failed")
        case Standing.EXCLUDED:
            message = f'"{name}" can\'t have completed here: it is on another branch than "{site.reader}"'
            yield places.error("no-result", site.pointer, message)
        case _ if provided_for:
            return
        case Standing.MAY_BE_SKIPPED:
            message = f'"{name}" may have been skipped, or have failed, when "{site.reader}" runs: then there is no result'
            yield places.warning("maybe-no-result", site.pointer, message, hint=default)
        case Standing.MAY_BE_RUNNING:
            message = f'"{name}" may still be at work when "{site.reader}" runs, since a join on the way does not wait for it'
            yield places.warning("maybe-no-result", site.pointer, message, hint=default)
        case Standing.BESIDE:
            message = f'"{name}" runs beside "{site.reader}", which does not wait for it: it is chance whether there is a result'
            yield places.warning("maybe-no-result", site.pointer, message, hint=f'lead from "{name}" to "{site.reader}", or {default}')
        case _:
            assert_never(standing)


def _errors(site: _Site, found: References, spec: Spec, known: Before | Literal[Absent.ABSENT], places: Places) -> Iterator[Finding]:
    if "errors" not in site.roots:
        return
    for name in sorted(found.errors):
        if name not in spec.nodes:
            message = f'"errors.{name}" is the error of no node: there is none of that name'
            yield places.error("unknown-error", site.pointer, message, hint=did_you_mean(name, spec.nodes))
        elif known is ABSENT:
            continue
        elif not known.may_see_error(site.reader, name) and not _own_attempts(site, spec, name):
            message = f'there is never an error of "{name}" here: nothing leads from its failing to "{site.reader}"'
            yield places.error("no-error", site.pointer, message, hint='it is seen by what its "catch" leads to, and by what runs again')
        elif not site.condition and ("errors", name) not in found.optional and not known.has_failed(site.reader, name):
            message = f'"{name}" may not have failed when "{site.reader}" runs: then there is no error of it'
            yield places.warning("maybe-no-error", site.pointer, message, hint="give a default with ??, or ask with $exists")


def _own_attempts(site: _Site, spec: Spec, name: str) -> bool:
    """In a node's output, the error of its attempt before this one."""
    node = spec.nodes[name]
    return name == site.reader and site.pointer.startswith(f"/nodes/{name}/output") and isinstance(node, ActivityNode) and bool(node.retry)
