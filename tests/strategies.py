"""Hypothesis strategies shared by the tests: random workflows that are valid, as documents and as specs.

`documents()` gives the JSON value of a spec that passes every check: fan-out and fan-in with every kind of join, decisions, caught
errors, retries, retryFrom loops, waits, passes, several terminals; the expressions read only `input` and `errors`. `inputs()` gives
workflow inputs that make those expressions vary. `specs()` is `documents()`, parsed.

`whole_documents()`, `whole_specs()` and `whole_inputs()` are the same of the whole language: children, Lambda functions, waits for
signals (that end by themselves), forEach over the input's `items`, compensate, onCancel, terminals that undo. With `continued=True`
some terminals continue as new, with the input's `n` one less; at zero they would go on for ever, so whoever runs them stops there.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import networkx as nx
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from engine.spec.model import Spec
from engine.spec.parse import parse_spec
from engine.spec.source import parse_document

ACTIVITIES = ("Fetch", "Check", "Store")
ERRORS = ("*", "Timeout.*", "ExitCode.1", "Broken")
"""What rules catch, and what a test may let an activity fail with (the pattern itself, or something it matches)."""
CONDITIONS = ("input.flag", "input.n > 2", "input.n < 2", "true", "false", "$exists($lookup(errors, '{earlier}'))", "input.missing")
TEMPLATES = ({"n": "{% input.n %}"}, "{% input %}", "n is {% input.n %}", 7, {"list": [1, "{% input.flag %}"]})


CHILD = {"name": "Child", "version": "1.0"}
"""The workflow type of all children."""
SIGNALS = ("go", "stop")
_WHOLE_TEMPLATES = (*TEMPLATES, {"heard": "{% [signals.go] %}"})
_ITEM_TEMPLATES = ({"item": "{% item %}", "index": "{% index %}"}, "{% item %}")
_OUTPUT_TEMPLATES = ({"got": "{% [result] %}"}, "{% result %}", "{% $string(result) %}")
_UNDO_TEMPLATES = ("{% result %}", {"undo": "{% [result] %}", "n": "{% input.n %}"})


def inputs() -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"flag": st.booleans(), "n": st.integers(min_value=0, max_value=4)})


def whole_inputs() -> SearchStrategy[dict[str, Any]]:
    items = st.lists(st.one_of(st.integers(min_value=0, max_value=9), st.sampled_from(("a", "b"))), max_size=5)
    return st.fixed_dictionaries({"flag": st.booleans(), "n": st.integers(min_value=0, max_value=4), "items": items})


@st.composite
def whole_specs(draw: DrawFn, *, max_steps: int = 8, continued: bool = False) -> Spec:
    document = draw(whole_documents(max_steps=max_steps, continued=continued))
    return parse_spec(parse_document(json.dumps(document), "random.json"))


@st.composite
def whole_documents(draw: DrawFn, *, max_steps: int = 8, continued: bool = False) -> dict[str, Any]:
    document = draw(documents(max_steps=max_steps, whole=True))
    nodes = document["nodes"]
    ends = [name for name, node in nodes.items() if node["type"] == "terminal"]
    for name in ends:
        nodes[name] |= draw(_ending(continued=continued and nodes[name]["status"] == "completed"))
    if draw(st.booleans()):
        nodes["rescue"] = draw(_rescue([name for name in nodes if name != next(iter(nodes))], ends))
        document["onCancel"] = "rescue"
    if any(node["type"] == "lambda" for node in nodes.values()):
        document["lambdaRole"] = "arn:aws:iam::123456789012:role/random"
    if draw(st.booleans()):
        document["timeouts"] = {"cancel": draw(st.sampled_from((0, "5s", "1m")))}
    return document | {"activities": _activities_of(nodes)}


@st.composite
def _ending(draw: DrawFn, *, continued: bool) -> dict[str, Any]:
    undoing = {"compensate": True} if draw(st.booleans()) else {}
    if continued and draw(st.booleans()):
        return {
            "status": "continued",
            "output": {"flag": "{% input.flag %}", "n": "{% input.n - 1 %}", "items": "{% [input.items] %}"},
        } | undoing
    return undoing


@st.composite
def _rescue(draw: DrawFn, anywhere: list[str], ends: list[str]) -> dict[str, Any]:
    """Where a cancel request leads to: on to an end, or into the midst of everything."""
    after = draw(st.sampled_from((*anywhere, *ends)))
    kind = draw(st.sampled_from(("pass", "activity")))
    return {"type": "pass", "next": after} if kind == "pass" else {"type": "activity", "activity": "Check", "next": after}


def _activities_of(nodes: dict[str, Any]) -> dict[str, Any]:
    undoing = [node["compensate"] for node in nodes.values() if node["type"] != "terminal" and "compensate" in node]
    used = {part["activity"] for part in (*nodes.values(), *undoing) if "activity" in part}
    return {key: {"version": "1.0"} for key in ACTIVITIES if key in used}


@st.composite
def specs(draw: DrawFn, *, max_steps: int = 8) -> Spec:
    document = draw(documents(max_steps=max_steps))
    return parse_spec(parse_document(json.dumps(document), "random.json"))


@st.composite
def documents(draw: DrawFn, *, max_steps: int = 8, whole: bool = False) -> dict[str, Any]:
    """A workflow of up to `max_steps` steps and up to three terminals."""
    sketch = draw(_sketches(max_steps))
    nodes = {name: draw(_step(sketch, name, whole=whole)) for name in sketch.steps}
    nodes |= {name: draw(_terminal()) for name in sketch.terminals}
    for name, joined in draw(_joins(nodes)).items():
        nodes[name]["join"] = joined
    return {
        "name": "Random",
        "version": "1.0",
        "domain": "tests",
        "taskList": "random",
        "activities": _activities_of(nodes),
        "nodes": nodes,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sketch:
    """Who leads to whom, forward, and nothing else yet."""

    steps: tuple[str, ...]
    terminals: tuple[str, ...]
    graph: nx.DiGraph[str] = field(default_factory=nx.DiGraph)

    def after(self, name: str) -> list[str]:
        return list(self.graph.successors(name))

    def before(self, name: str) -> list[str]:
        earlier = nx.ancestors(self.graph, name)
        return [step for step in self.steps if step in earlier]


@st.composite
def _sketches(draw: DrawFn, max_steps: int) -> _Sketch:
    count = draw(st.integers(min_value=1, max_value=max_steps))
    steps = tuple(f"s{index}" for index in range(count))
    terminals = tuple(f"end{index}" for index in range(draw(st.integers(min_value=1, max_value=3))))
    sketch = _Sketch(steps=steps, terminals=terminals)
    sketch.graph.add_nodes_from((*steps, *terminals))
    for index, name in enumerate(steps[1:], start=1):
        for parent in draw(_some(steps[:index], most=3)):
            sketch.graph.add_edge(parent, name)
    for name in terminals:
        for parent in draw(_some(steps, most=3)):
            sketch.graph.add_edge(parent, name)
    for name in steps:
        if not sketch.after(name):
            sketch.graph.add_edge(name, draw(st.sampled_from(terminals)))
    return sketch


def _some(choices: Sequence[str], *, most: int) -> SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(choices), min_size=1, max_size=most, unique=True)


@st.composite
def _step(draw: DrawFn, sketch: _Sketch, name: str, *, whole: bool) -> dict[str, Any]:
    kind = draw(st.sampled_from(("activity", "activity", "decision", "pass", "wait")))
    after, earlier = sketch.after(name), sketch.before(name)
    if kind == "decision":
        return draw(_decision(after, earlier))
    if kind == "pass":
        return {"type": kind, "next": _listed(after)} | draw(_maybe("output"))
    if kind == "wait" and whole and draw(st.booleans()):
        signal = {"signal": draw(st.sampled_from(SIGNALS)), "timeout": draw(st.sampled_from((0, "5s", "1m")))}
        output = {"output": {"heard": "{% result %}"}} if draw(st.booleans()) else {}
        return {"type": kind} | signal | output | draw(_led_on(after, earlier))
    if kind == "wait":
        return {"type": kind, "for": draw(st.sampled_from((0, 1, "5s", "1m"))), "next": _listed(after)}
    return draw(_worked() if whole else _activity()) | draw(_led_on(after, earlier))


@st.composite
def _worked(draw: DrawFn) -> dict[str, Any]:
    """Any kind of work, once or once per item, with its undoing or without."""
    node = draw(_activity())
    kind = draw(st.sampled_from(("activity", "workflow", "lambda")))
    if kind != "activity":
        del node["activity"]
        node |= {"type": kind} | ({"workflow": dict(CHILD)} if kind == "workflow" else {"function": "random"})
    if draw(st.booleans()):
        node["forEach"] = {"items": draw(st.sampled_from(("input.items", "[1, 2, 3]", "[]", "input.n")))} | draw(_limits())
        node["input"] = draw(st.sampled_from(_ITEM_TEMPLATES))
    elif draw(st.booleans()):
        node["input"] = draw(st.sampled_from(_WHOLE_TEMPLATES))
    if draw(st.booleans()):
        node["output"] = draw(st.sampled_from(_OUTPUT_TEMPLATES))
    if draw(st.booleans()):
        undo = {"activity": draw(st.sampled_from(ACTIVITIES))} | draw(_retried())
        node["compensate"] = undo | ({"input": draw(st.sampled_from(_UNDO_TEMPLATES))} if draw(st.booleans()) else {})
    return node


@st.composite
def _limits(draw: DrawFn) -> dict[str, Any]:
    most = draw(st.integers(min_value=0, max_value=3))
    return ({"maxConcurrency": most} if most else {}) | {"tolerate": draw(st.sampled_from((0, 1, "50%", "100%")))}


@st.composite
def _activity(draw: DrawFn) -> dict[str, Any]:
    return {"type": "activity", "activity": draw(st.sampled_from(ACTIVITIES))} | draw(_maybe("input")) | draw(_retried())


@st.composite
def _retried(draw: DrawFn) -> dict[str, Any]:
    if not draw(st.booleans()):
        return {}
    attempts, interval = draw(st.integers(min_value=1, max_value=4)), draw(st.integers(min_value=0, max_value=5))
    return {"retry": {"maxAttempts": attempts, "interval": interval, "errors": [draw(st.sampled_from(ERRORS))]}}


@st.composite
def _led_on(draw: DrawFn, after: list[str], earlier: list[str]) -> dict[str, Any]:
    """What follows: some of the nodes when it completes, the rest when its error is caught."""
    followed = draw(_some(after, most=len(after)))
    caught = [name for name in after if name not in followed]
    catch: list[dict[str, Any]] = []
    if draw(st.booleans()) and earlier:
        catch.append(draw(_back(earlier)) | {"errors": [draw(st.sampled_from(ERRORS))]})
    if caught:
        catch.append({"errors": ["*"], "next": _listed(caught)})
    return {"next": _listed(followed)} | ({"catch": catch} if catch else {})


@st.composite
def _decision(draw: DrawFn, after: list[str], earlier: list[str]) -> dict[str, Any]:
    default = draw(_some(after, most=len(after)))
    chosen = [name for name in after if name not in default]
    half = draw(st.integers(min_value=0, max_value=len(chosen)))
    lists = [names for names in (chosen[:half], chosen[half:]) if names] or [[after[0]]]
    conditions = [condition for condition in CONDITIONS if earlier or "{earlier}" not in condition]
    choices = [{"when": draw(_condition(conditions, earlier)), "next": _listed(names)} for names in lists]
    if draw(st.booleans()) and earlier:
        back = {"when": draw(_condition(conditions, earlier))} | draw(_back(earlier))
        choices.insert(draw(st.integers(min_value=0, max_value=len(choices))), back)
    return {"type": "decision", "choices": choices, "default": _listed(default)}


@st.composite
def _condition(draw: DrawFn, conditions: list[str], earlier: list[str]) -> str:
    condition = draw(st.sampled_from(conditions))
    return condition.format(earlier=draw(st.sampled_from(earlier))) if "{earlier}" in condition else condition


@st.composite
def _back(draw: DrawFn, earlier: list[str]) -> dict[str, Any]:
    return {"retryFrom": draw(st.sampled_from(earlier)), "maxTimes": draw(st.integers(min_value=1, max_value=2))}


@st.composite
def _terminal(draw: DrawFn) -> dict[str, Any]:
    status = draw(st.sampled_from(("completed", "failed", "canceled")))
    match status:
        case "completed":
            return {"type": "terminal", "status": status} | draw(_maybe("output"))
        case "failed":
            return {"type": "terminal", "status": status, "reason": "Refused", "details": draw(st.sampled_from(TEMPLATES))}
        case _:
            return {"type": "terminal", "status": status}


@st.composite
def _maybe(draw: DrawFn, key: str) -> dict[str, Any]:
    return {key: draw(st.sampled_from(TEMPLATES))} if draw(st.booleans()) else {}


@st.composite
def _joins(draw: DrawFn, nodes: dict[str, Any]) -> dict[str, Any]:
    """Counted joins ask for no more edges than some run of forks really takes at once."""
    forks = {name: _forks(node) for name, node in nodes.items()}
    incoming = Counter(target for lists in forks.values() for targets in lists for target in targets)
    together = _most_together(forks)
    kinds = {name: st.one_of(st.sampled_from(("all", "any")), st.integers(min_value=1, max_value=together[name])) for name in nodes}
    return {name: draw(kinds[name]) for name, count in incoming.items() if count > 1}


def _most_together(forks: dict[str, list[list[str]]]) -> Counter[str]:
    """How many edges into each node some choice of one fork per node takes; a few dozen choices are looked at."""
    most: Counter[str] = Counter()
    first = next(iter(forks))
    for chosen in itertools.islice(itertools.product(*(lists or [[]] for lists in forks.values())), 64):
        taken = Counter({first: 1})
        for name, targets in zip(forks, chosen, strict=True):
            if taken[name]:
                taken.update(targets)
        most |= taken
    return most | Counter(dict.fromkeys(forks, 1))


def _forks(node: dict[str, Any]) -> list[list[str]]:
    """The lists of targets of which a visit takes one."""
    written = [node.get("next"), node.get("default"), *(rule.get("next") for rule in (*node.get("choices", ()), *node.get("catch", ())))]
    return [[names] if isinstance(names, str) else names for names in written if names is not None]


def _listed(names: list[str]) -> str | list[str]:
    return names[0] if len(names) == 1 else names
