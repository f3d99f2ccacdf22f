"""What is wrong between specs that are checked together: a child's workflow type that one of them has, in another version.

A type that none of them has is no fault: its spec may be elsewhere, or its decider somebody else's. Imports `findings`,
`spec.model`; imported by `check`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.errors import Finding
from engine.graph.findings import Places, quoted
from engine.spec.model import Spec, WorkflowNode


def findings_between(specs: Sequence[tuple[Spec, Places]]) -> Iterator[Finding]:
    versions: dict[tuple[str, str], list[str]] = {}
    for spec, _ in specs:
        versions.setdefault((spec.domain, spec.name), []).append(spec.version)
    for spec, places in specs:
        for name, node in spec.nodes.items():
            if not isinstance(node, WorkflowNode):
                continue
            known = versions.get((spec.domain, node.workflow.name), [])
            if known and node.workflow.version not in known:
                message = f'the child\'s type is "{node.workflow.name}" {node.workflow.version}, of which no spec is checked here'
                hint = f"there is one of version {quoted(known)}"
                yield places.warning("unknown-version", f"/nodes/{name}/workflow/version", message, hint=hint)
