"""Pass 2, node by node: what a node says that can never matter. All of these are warnings.

Imports `spec.model`; knows nothing of the graph around a node, `joins` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.errors import Finding
from engine.graph.findings import Places
from engine.spec.model import ActivityNode, Goto, Spec, WaitNode

_EVERYTHING = "*"


def rule_findings(spec: Spec, places: Places) -> Iterator[Finding]:
    for name, node in spec.nodes.items():
        if isinstance(node, ActivityNode):
            yield from _shadowed([rule.errors for rule in node.retry], f"/nodes/{name}/retry", "retry", places)
        if isinstance(node, ActivityNode | WaitNode):
            final = [rule.errors if isinstance(rule.then, Goto) else () for rule in node.catch]  # retryFrom ends with its budget
            yield from _shadowed(final, f"/nodes/{name}/catch", "catch", places)


def _shadowed(rules: Sequence[tuple[str, ...]], pointer: str, what: str, places: Places) -> Iterator[Finding]:
    """The first rule that matches is taken, so nothing after a catch-all is ever looked at."""
    for index, errors in enumerate(rules):
        if _EVERYTHING in errors and index + 1 < len(rules):
            message = f'this {what} rule can never apply: the one before it takes every error ("*")'
            yield places.warning("shadowed-rule", f"{pointer}/{index + 1}", message, hint='put the rule for "*" last')
            return
