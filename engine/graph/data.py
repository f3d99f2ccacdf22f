"""Pass 3: is every expression one, and can what it reads be there?

Every expression of a spec is parsed; what it reads of the data is held against what `before` knows about the node that evaluates it.
A result that can't be there is an error. One that may be missing is a warning, unless the expression provides for that itself (`??`,
`$exists`). Errors of nodes are treated alike, but in a condition, where nothing is simply false, their absence is nothing to warn of.
Imports `before`, `sites`, `spec.expression`, `spec.template`; imported by `check`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from engine.errors import Finding
from engine.graph.before import Before, Standing
from engine.graph.findings import Places, did_you_mean, quoted
from engine.graph.sites import Site, sites_of, templates_of
from engine.spec.expression import References, check_syntax, references
from engine.spec.model import ABSENT, Absent, DecisionNode, Percent, Spec, TerminalNode, WaitNode, WaitSignal, Work, WorkflowNode
from engine.spec.template import broken_strings_of

_EXECUTION: Final = ("workflowId", "runId", "name", "version", "startTime", "visits")
_OF_ONE_ITEM: Final = "an item is seen in what belongs to it, of a node with forEach: input, output, workflowId, tags, compensate"
_ELSEWHERE: Final[Mapping[str, str]] = {
    "item": _OF_ONE_ITEM,
    "index": _OF_ONE_ITEM,
    "result": "a node's own result is seen in its output and its compensate, elsewhere it is results.<node>",
    "schedule": "the schedule is seen in its own input, which is the input of the executions",
}
"""Names that are there, but not everywhere."""
_DEFAULT: Final = "give a default with ??, or ask with $exists"


_DOUBTS: Final = {
    Standing.MAY_BE_SKIPPED: ('"{name}" may have been skipped, or have failed, when "{reader}" runs: then there is no result', _DEFAULT),
    Standing.MAY_BE_RUNNING: (
        '"{name}" may still be at work when "{reader}" runs, since a join on the way does not wait for it',
        _DEFAULT,
    ),
    Standing.BESIDE: (
        '"{name}" runs beside "{reader}", which does not wait for it: it is chance whether there is a result',
        f'lead from "{{name}}" to "{{reader}}", or {_DEFAULT}',
    ),
    Standing.CUT_SHORT: ('"{name}" may not have completed when the execution is asked to cancel: then there is no result', _DEFAULT),
}
"""What is said of a result that may be missing, and what would help."""


def data_findings(spec: Spec, known: Before | Literal[Absent.ABSENT], places: Places) -> Iterator[Finding]:
    """Syntax and names always; what can be there only where the graph is sound (`known`)."""
    read: list[tuple[Site, References]] = []
    for site in sites_of(spec):
        problem = check_syntax(site.source)
        if problem is not None:
            yield places.error_within("syntax", site.pointer, site.source, problem.offset, problem.message, hint=problem.hint)
            continue
        found = references(site.source)
        read.append((site, found))
        if not found.everything:
            yield from _names(site, found, spec, places)
            yield from _signals(site, found, spec, places)
            yield from _results(site, found, spec, known, places)
            yield from _errors(site, found, spec, known, places)
    for held in templates_of(spec):
        for suffix, complaint in broken_strings_of(held.template):
            yield places.error("syntax", held.pointer + suffix, f"{complaint} in this text", hint="expressions stand between {% and %}")
    yield from _items(spec, read, places)


def _names(site: Site, found: References, spec: Spec, places: Places) -> Iterator[Finding]:
    for name in sorted(found.names - set(site.roots)):
        message = f'there is no "{name}" in the data that this expression sees'
        hints = [hint for hint in (did_you_mean(name, site.roots), _ELSEWHERE.get(name)) if hint]
        hint = "; ".join(hints) or f"there are {quoted(site.roots)}"
        yield places.error("unknown-name", site.pointer, message, hint=hint)
    if "execution" in site.roots:
        for name in sorted(found.execution - set(_EXECUTION)):
            hint = did_you_mean(name, _EXECUTION) or f"there are {quoted(_EXECUTION)}"
            yield places.error("unknown-name", site.pointer, f'there is no "execution.{name}"', hint=hint)
        for name in sorted(name for name in found.visits if name not in spec.nodes):
            message = f'"execution.visits.{name}" counts the visits of no node: there is none of that name'
            yield places.error("unknown-name", site.pointer, message, hint=did_you_mean(name, spec.nodes))


def _signals(site: Site, found: References, spec: Spec, places: Places) -> Iterator[Finding]:
    """Anybody may send any signal; but a name that nearly is one that a node waits for is most likely meant to be that."""
    if not found.signals or "signals" not in site.roots:
        return
    awaited = {node.on.signal for node in spec.nodes.values() if isinstance(node, WaitNode) and isinstance(node.on, WaitSignal)}
    for name in sorted(found.signals - awaited):
        hint = did_you_mean(name, awaited, cutoff=0.8)
        if hint:
            yield places.warning("unknown-signal", site.pointer, f'no node waits for the signal "{name}"', hint=hint)


def _results(site: Site, found: References, spec: Spec, known: Before | Literal[Absent.ABSENT], places: Places) -> Iterator[Finding]:
    if "results" not in site.roots:
        return
    for name in sorted(found.results):
        if name not in spec.nodes:
            message = f'"results.{name}" is the result of no node: there is none of that name'
            yield places.error("unknown-result", site.pointer, message, hint=did_you_mean(name, spec.nodes))
        elif isinstance(spec.nodes[name], DecisionNode | TerminalNode):
            message = f'"{name}" is a {"decision" if isinstance(spec.nodes[name], DecisionNode) else "terminal"}, which has no result'
            yield places.error("unknown-result", site.pointer, message, hint="nodes of other kinds have results")
        elif known is not ABSENT and site.undoing:
            yield from _result_when_undone(site, found, name, known, places)
        elif known is not ABSENT:
            yield from _result(site, name, known.result(site.reader, name), ("results", name) in found.optional, places)


def _result_when_undone(site: Site, found: References, name: str, known: Before, places: Places) -> Iterator[Finding]:
    """A node is undone at the end, whenever that comes: what always was there when it ran still is, unless going back has forgotten it."""
    if ("results", name) in found.optional or (known.result(site.reader, name) is Standing.ALWAYS and not known.is_forgotten(name)):
        return
    message = f'there may be no result of "{name}" when "{site.reader}" is undone'
    hint = f'what is undone is "result"; {_DEFAULT}' if name == site.reader else _DEFAULT
    yield places.warning("maybe-no-result", site.pointer, message, hint=hint)


def _result(site: Site, name: str, standing: Standing, provided_for: bool, places: Places) -> Iterator[Finding]:  # noqa: FBT001
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
        case _:
            if not provided_for:
                told, hint = _DOUBTS[standing]
                message = told.format(name=name, reader=site.reader)
                yield places.warning("maybe-no-result", site.pointer, message, hint=hint.format(name=name, reader=site.reader))


def _errors(site: Site, found: References, spec: Spec, known: Before | Literal[Absent.ABSENT], places: Places) -> Iterator[Finding]:
    if "errors" not in site.roots or site.undoing:
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
            yield places.warning("maybe-no-error", site.pointer, message, hint=_DEFAULT)


def _own_attempts(site: Site, spec: Spec, name: str) -> bool:
    """In a node's output, the error of its attempt before this one."""
    node = spec.nodes[name]
    return name == site.reader and site.pointer.startswith(f"/nodes/{name}/output") and isinstance(node, Work) and bool(node.retry)


def _items(spec: Spec, read: Sequence[tuple[Site, References]], places: Places) -> Iterator[Finding]:
    """What the items of a forEach have in common and should not, and what nobody looks at."""
    for name, node in spec.nodes.items():
        if not isinstance(node, Work) or node.for_each is ABSENT:
            continue
        at = f"/nodes/{name}"
        if node.for_each.tolerate == Percent(value=100.0) and not any(_reads_error(found, name) for _, found in read):
            message = f'all items of "{name}" may fail, and nothing looks at how they did: the node completes with a list of nulls'
            hint = f"errors.{name}.items says which items failed, and how"
            yield places.warning("tolerates-everything", f"{at}/forEach/tolerate", message, hint=hint)
        if isinstance(node, WorkflowNode) and node.workflow_id is not ABSENT:
            inside = [found for site, found in read if site.pointer.startswith(f"{at}/workflowId")]
            if not any(found.everything or found.names & {"item", "index"} for found in inside):
                message = (
                    f'the children of all items of "{name}" would have the same workflowId, and SWF keeps only one of them open at a time'
                )
                yield places.warning("same-workflow-id", f"{at}/workflowId", message, hint="make {% item %} or {% index %} part of it")


def _reads_error(found: References, name: str) -> bool:
    return found.everything or "errors" in found.whole or name in found.errors
