"""Pass 3, texts without an expression in them: what SWF will refuse or cut, and what was most likely meant to be an expression.

What an expression gives is known only when it is evaluated: then the interpreter says the same. Imports `findings`, `sites`,
`spec.model`, `spec.template`; imported by `check`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final, Literal

from engine.errors import Finding
from engine.graph.findings import Places
from engine.graph.sites import templates_of
from engine.spec.model import ABSENT, Absent, Spec, Template, TerminalNode, WorkflowNode
from engine.spec.template import texts_of

LONGEST: Final = 256
"""Characters (API reference: `WorkflowId`, `Tag`, `FailureReason`)."""
_ILLEGAL: Final = re.compile(r"[:/|\u0000-\u001f\u007f-\u009f]|^arn$|^\s|\s$|^$")
"""Of a workflowId (API reference, StartChildWorkflowExecutionDecisionAttributes)."""
_BRACED: Final = re.compile(r"(?:\{\{|\$\{)\s*(.*?)\s*\}\}?", re.DOTALL)
_PATH: Final = re.compile(r"(?:results|errors)\.(\w+)(?:[.\[].*)?", re.DOTALL)
_ROOT: Final = re.compile(r"(\w+)")


def literal_findings(spec: Spec, places: Places) -> Iterator[Finding]:
    for name, node in spec.nodes.items():
        if isinstance(node, WorkflowNode):
            yield from _of_child(node, f"/nodes/{name}", places)
        elif isinstance(node, TerminalNode):
            for text in _said(node.reason):
                if len(text) > LONGEST:
                    message = f"SWF's reasons have at most {LONGEST} characters: this one of {len(text)} will be cut"
                    yield places.warning("long-reason", f"/nodes/{name}/reason", message, hint="say the rest in details")
    yield from _plain(spec, places)


def _of_child(node: WorkflowNode, at: str, places: Places) -> Iterator[Finding]:
    for text in _said(node.workflow_id):
        if len(text) > LONGEST or _ILLEGAL.search(text):
            message = f"SWF takes no workflowId such as {_shown(text)}"
            hint = f"1 to {LONGEST} characters without : / | and control characters, no white space at its ends, and not arn"
            yield places.error("illegal-id", f"{at}/workflowId", message, hint=hint)
    for index, tag in enumerate(node.tags):
        for text in _said(tag):
            if len(text) > LONGEST:
                message = f"SWF takes no tag such as {_shown(text)}"
                yield places.error("illegal-tag", f"{at}/tags/{index}", message, hint=f"1 to {LONGEST} characters")


def _said(template: Template | Literal[Absent.ABSENT]) -> Iterator[str]:
    """The text of a template that is one, without expressions."""
    if template is not ABSENT and isinstance(template.value, str):
        yield from (text for _, text in texts_of(template))


def _plain(spec: Spec, places: Places) -> Iterator[Finding]:
    """As people write expressions who come from elsewhere, or have forgotten the braces."""
    for held in templates_of(spec):
        for suffix, text in texts_of(held.template) if held.reader else ():
            meant = _meant(text.strip(), held.roots, spec)
            if meant:
                hint = f"an expression stands in braces of its own: {{% {meant} %}}"
                yield places.warning("plain-text", held.pointer + suffix, f"{_shown(text)} is given as it stands, as text", hint=hint)


def _meant(text: str, roots: tuple[str, ...], spec: Spec) -> str:
    """The expression that a whole text most likely was meant to be, or ""."""
    braced, path = _BRACED.fullmatch(text), _PATH.fullmatch(text)
    if braced:
        root = _ROOT.match(braced[1])
        return braced[1] if root and root[1] in roots else ""
    return text if path and path[1] in spec.nodes else ""


def _shown(text: str) -> str:
    shown = json.dumps(text, ensure_ascii=False)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
