"""Pass 2, how a workflow is canceled and undone: where `onCancel` leads to, and whether what `compensate` says can ever matter.

Imports `plan`, `findings`, `spec.model`; imported by `structure`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.errors import Finding
from engine.graph.findings import Places, quoted
from engine.graph.plan import Edge
from engine.spec.model import ABSENT, DecisionNode, Goto, Node, PassNode, Spec, TerminalNode, Work
from engine.spec.template import expressions_of

_EVERYTHING = "*"


def ending_findings(spec: Spec, edges: Sequence[Edge], places: Places) -> Iterator[Finding]:
    yield from _on_cancel(spec, edges, places)
    yield from _undoing(spec, places)


def _on_cancel(spec: Spec, edges: Sequence[Edge], places: Places) -> Iterator[Finding]:
    name = spec.on_cancel
    if name is ABSENT or name not in spec.nodes:
        return
    if name == spec.start:
        message = f'"{name}" is where the workflow starts, so a cancel request can\'t lead there'
        yield places.error("on-cancel-start", "/onCancel", message, hint="name a node of its own, to which no other node leads")
        return
    leading = list(dict.fromkeys(edge.source for edge in edges if edge.forward and edge.target == name))
    if leading:
        message = f'a cancel request leads to "{name}", to which {quoted(leading)} lead{"s" if len(leading) == 1 else ""} as well'
        hint = f'name a node to which no other node leads; its next may be "{name}"'
        yield places.error("on-cancel-entered", "/onCancel", message, hint=hint)


def _undoing(spec: Spec, places: Places) -> Iterator[Finding]:
    undone = [name for name, node in spec.nodes.items() if isinstance(node, Work) and node.compensate is not ABSENT]
    asking = [name for name, node in spec.nodes.items() if isinstance(node, TerminalNode) and node.compensate]
    if not undone:
        for name in asking:
            message = f'terminal "{name}" undoes what has completed, but no node of this workflow says how: none has "compensate"'
            yield places.warning("needless-compensate", f"/nodes/{name}/compensate", message, key=True)
    elif not asking and spec.on_cancel is not ABSENT and not any(_may_fail_for_good(node) for node in spec.nodes.values()):
        message = f'node "{undone[0]}" is never undone: every error is caught, a cancel request leads to "{spec.on_cancel}"'
        hint = 'end in a terminal with "compensate": true where it is to be undone'
        yield places.warning("needless-compensate", f"/nodes/{undone[0]}/compensate", message, hint=hint, key=True)


def _may_fail_for_good(node: Node) -> bool:
    """Whether an error of this node can end the execution. Expressions may always fail."""
    match node:
        case PassNode():
            return node.output is not ABSENT and bool(expressions_of(node.output))
        case TerminalNode():
            said = [template for template in (node.output, node.reason, node.details) if template is not ABSENT]
            return any(expressions_of(template) for template in said)
        case DecisionNode():
            return True  # its conditions may fail, and nothing catches that
        case _:
            return not any(isinstance(rule.then, Goto) and _EVERYTHING in rule.errors for rule in node.catch)
