"""One spec that is being written: its nodes, its names, and how what a state passes on is carried.

A *carrier* is a node whose result is a state's whole output. In a scope without variables that is the document itself; in one with
variables (or one that may begin anew with carried data) it is {"data": document, "vars": variables}. Where several carriers can have been
the last, the latest that has a result is it: nodes are numbered in an order in which the states run, and a retry edge forgets all that is
behind its target, so those that have a result are those on the way that was taken.
Imports `flow`, `jsonata`, `loops`, `machine`, `paths`, `report`, `engine.spec`; imported by `importing`, `outside`, `region` and the CLI.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, TypeAlias

from engine.asl.flow import flow_of
from engine.asl.jsonata import literal, template_of
from engine.asl.loops import Turn, turns_of
from engine.asl.machine import Machine
from engine.asl.paths import Context, Sight
from engine.asl.report import NotExpressible, Report
from engine.spec.expression import check_syntax
from engine.spec.model import Template
from engine.spec.template import expressions_of

Document: TypeAlias = dict[str, Any]

BASE: Final = ""
"""The carrier that is there before any state has run."""
LONGEST: Final = 64
RESERVED: Final = "$asl"
"""The member of an execution's input that a loop's next turn carries its data in."""
_OPTIONAL: Final = frozenset({"description", "next", "retry", "catch", "timeouts", "default"})
"""Keys of a node that are left out where they say nothing."""
_RESERVED_NAMES: Final = frozenset({"arn", "true", "false", "null"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the author of the import says."""

    name: str
    version: str = "1"
    domain: str = "imported"
    task_list: str = ""
    """Empty: the name."""
    functions: bool = False
    """Whether Lambda functions stay Lambda functions; else they become activities."""
    children: bool = False
    """Whether executions that a task waits for are child workflows; else they become activities."""


@dataclass(slots=True, kw_only=True)
class Scope:
    """`wrapped`: carriers are {"data", "vars"}. `packed`: it is a child whose input is {"data", "vars", "context"}."""

    name: str
    options: Options
    report: Report
    wrapped: bool
    packed: bool
    child: bool
    context: Context
    base: str
    """The expression of the carrier `BASE`."""
    add_child: Callable[..., str]
    """(name, machine, sight) -> the name of the workflow type that runs it."""
    nodes: dict[str, Document] = field(default_factory=dict)
    activities: dict[str, Document] = field(default_factory=dict)
    variables: bool = False
    """Whether anything in the whole document assigns variables."""
    draws: Iterator[int] = field(default_factory=count)
    rewinds: bool = False
    """Whether a retry edge stands for a loop somewhere in it."""
    serials: dict[str, int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=lambda: {"never", "too_many_turns"})

    def packs(self, machine: Machine) -> bool:
        """Whether a child that runs this machine is given more than the document."""
        continues = Turn.CONTINUE in turns_of(machine, flow_of(machine)).values()
        return self.variables or continues or machine.mentions("$$.", "$states.context")

    def fresh(self, text: str) -> str:
        """A legal name for a node that is not taken yet."""
        plain = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_") or "state"
        plain = f"_{plain}" if plain[0].isdigit() or plain in _RESERVED_NAMES else plain
        name, number = plain[: LONGEST - 8], 1
        while name in self.taken:
            number += 1
            name = f"{plain[: LONGEST - 8]}_{number}"
        self.taken.add(name)
        return name

    def put(self, name: str, node: Document, *, carrier: bool = False) -> str:
        self.nodes[name] = {key: value for key, value in node.items() if value or key not in _OPTIONAL}
        if carrier:
            self.serials[name] = len(self.serials)
        return name

    def carried(self, sources: Iterable[str]) -> str:
        """The latest of these carriers."""
        latest_first = sorted(sources, key=lambda source: self.serials.get(source, -1), reverse=True)
        written = [self.base if source == BASE else f"results.{source}" for source in latest_first]
        return written[0] if len(written) == 1 else f"({' ?? '.join(written)})"

    def sight(self, sources: Iterable[str], state: str) -> Sight:
        """What the expressions of a state see that is entered from one of these carriers."""
        carried = self.carried(sources)
        context = {**self.context, "State": {"Name": literal(state), "EnteredTime": "$now()"}}
        if self.wrapped:
            return Sight(data=f"{carried}.data", variables=f"{carried}.vars", context=context, whole=True, draws=self.draws)
        return Sight(data=carried, context=context, whole=True, draws=self.draws)

    def passed_on(self, data: Any, sight: Sight, assigned: str = "") -> Any:
        """A carrier's template: `data` is a template, `assigned` an expression of an object with new variables."""
        if not self.wrapped:
            return data
        variables = f"$merge([{sight.variables}, {assigned}])" if assigned else sight.variables
        return {"data": data, "vars": template_of(variables)}

    def attempt(self, pointer: str, what: str, write: Callable[[], Any]) -> Any:
        """What `write` gives; where that can't be expressed a loss, and a template that fails on purpose when it is met."""
        try:
            template = _sound(write())
        except NotExpressible as why:
            self.report.loss(pointer, what, f"{why}. The spec fails there on purpose")
            return failing(f"{what} of the original could not be imported: {why}")
        if draws(template):
            self.report.note(pointer, "UUID or random number", "made from the runId and the place of its call: unique, but no secret")
        return template


def _sound(template: Any) -> Any:
    """The template, if its expressions are any. Raises: NotExpressible: the original's own mistakes stay its own."""
    for _, source in expressions_of(Template(value=template)):
        problem = check_syntax(source)
        if problem is not None:
            raise NotExpressible(f"an expression that is none ({problem.message})")
    return template


def draws(template: Any) -> bool:
    """Whether a template holds something that differs from one evaluation to the next."""
    return "$asl_draw(" in json.dumps(template)


def failing(message: str) -> str:
    """A template that fails with this message."""
    return template_of(f"$error({literal(message)})")
