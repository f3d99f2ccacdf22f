"""A state machine -> specs: one for the machine, one for each child that it needs, and the report. Pure: documents in, documents out.

Nothing is written that `swfgraph check` would refuse: a translation that does not pass is refused itself, with what the check says.
Imports the rest of the import, `graph.check`, `spec.source`; imported by the CLI.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine.asl.flow import flow_of
from engine.asl.jsonata import literal, template_of
from engine.asl.loops import Turn, turns_of
from engine.asl.machine import Machine, read_machine
from engine.asl.nesting import map_state, parallel_state
from engine.asl.paths import Context
from engine.asl.region import Region
from engine.asl.report import Remark, Report, Weight
from engine.asl.scope import BASE, RESERVED, Document, Options, Scope
from engine.asl.states import SIMPLE, end_terminal
from engine.asl.work import task_state
from engine.errors import AslError, Finding, Severity
from engine.graph.check import check_document
from engine.spec.source import parse_document

_LONGEST_NAME: Final = 256
_LONGEST_OPEN: Final = "365d"
"""What Step Functions gives an execution that says nothing; SWF's maximum too."""
_EXECUTION: Final[Context] = {
    "Execution": {
        "Id": "execution.workflowId",
        "Input": "input",
        "Name": "execution.workflowId",
        "StartTime": "$fromMillis(execution.startTime * 1000)",
    },
    "StateMachine": {"Id": "execution.name", "Name": "execution.name"},
}
_IN_CHILD: Final[Context] = {"Map": {"Item": {"Index": "", "Value": ""}}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    specs: Mapping[str, Document]
    """By the name of the workflow type; the first is the machine's, the others are its children."""
    remarks: tuple[Remark, ...]

    @property
    def losses(self) -> tuple[Remark, ...]:
        return tuple(remark for remark in self.remarks if remark.weight is Weight.LOSS)


def import_machine(value: Any, options: Options) -> Imported:
    """Raises: AslError where it can't be carried over as a whole."""
    report = Report()
    machine = read_machine(value, report)
    work = _Import(options=options, report=report, variables='"Assign"' in json.dumps(value))
    _note_whole(machine, report)
    work.add(options.name, machine, above=None)
    for name, document in work.specs.items():
        _check(name, document)
    return Imported(specs=work.specs, remarks=tuple(report.remarks))


@dataclass(slots=True, kw_only=True)
class _Import:
    options: Options
    report: Report
    variables: bool
    specs: dict[str, Document] = field(default_factory=dict)

    def add(self, name: str, machine: Machine, above: Scope | None) -> str:
        """Write the spec of a machine, under this name or one like it; `above` is the scope that it is a child of."""
        name = self._type_name(name if above is None else f"{above.name} {name}")
        self.specs[name] = {}
        flow = flow_of(machine)
        turns = turns_of(machine, flow)
        scope = self._scope(name, machine, turns, above)
        for state in machine.states.values():
            if state.name not in flow.order:
                self.report.note(state.pointer, f"the state {state.name!r}", "nothing leads to it: it is left out")
        region = Region(scope=scope, machine=machine, flow=flow, turns=turns, end="")
        first = self._begin(scope, region)
        _weave(region)
        end_terminal(region)
        self.specs[name] = self._document(scope, machine, first)
        return name

    def _type_name(self, text: str) -> str:
        plain = "".join("-" if sign in ":/|" or not sign.isprintable() else sign for sign in text).strip()
        if plain in {"", "arn"}:
            plain = f"{plain} workflow".strip()
        base = name = plain[: _LONGEST_NAME - 8]
        number = 1
        while name in self.specs:
            number += 1
            name = f"{base} {number}"
        return name

    def _scope(self, name: str, machine: Machine, turns: Mapping[Any, Turn], above: Scope | None) -> Scope:
        resumes = Turn.CONTINUE in turns.values()
        packed = above is not None and above.packs(machine)
        context: Context = _EXECUTION
        if above is not None:
            context = (
                _below("input.context", {**above.context, **(_IN_CHILD if machine.mentions("$$.Map", "context.Map") else {})})
                if packed
                else {}
            )
        if resumes:
            context = _below("results.begin.context", context)
        wrapped = self.variables or resumes
        base = "input" if wrapped else "input.data" if packed else "input"
        begins = resumes or (wrapped and above is None)
        scope = Scope(
            name=name,
            options=self.options,
            report=self.report,
            wrapped=wrapped,
            packed=packed,
            child=above is not None,
            context=context,
            base="results.begin" if begins else base,
            add_child=self.add,
            variables=self.variables,
        )
        if begins:
            scope.taken |= {"begin", "begin_where"}
        return scope

    def _begin(self, scope: Scope, region: Region) -> str:
        """The first node: where data are carried in a wrapping, or a loop's next turn begins, one that looks what there is."""
        first = region.begin(BASE)
        if scope.base != "results.begin":
            return first
        again = f"input.`{RESERVED}`"
        resumes = Turn.CONTINUE in region.turns.values()
        own = {"data": "input.data", "vars": "input.vars"} if scope.packed else {"data": "input", "vars": "{}"}
        given = {key: f"$exists({again}) ? {again}.{key} : {source}" if resumes else source for key, source in own.items()}
        output: dict[str, Any] = {key: template_of(source) for key, source in given.items()}
        if resumes:
            original = "input.context" if scope.packed else _written(_EXECUTION)
            output["context"] = template_of(f"$exists({again}) ? {again}.context : {original}")
        scope.put("begin", {"type": "pass", "output": output, "next": "begin_where" if resumes else first})
        if resumes:
            targets = dict.fromkeys(back.edge.target for back, turn in region.turns.items() if turn is Turn.CONTINUE)
            choices = [{"when": f"{again}.state = {literal(target)}", "next": region.entries[target]} for target in sorted(targets)]
            scope.put("begin_where", {"type": "decision", "choices": choices, "default": first})
            for target in targets:
                region.sources[target].add(BASE)
        return "begin"

    def _document(self, scope: Scope, machine: Machine, first: str) -> Document:
        open_for = f"{machine.timeout}s" if machine.timeout and not scope.child else _LONGEST_OPEN
        return {
            "$schema": "https://github.com/swfgraph/swfgraph/raw/main/schemas/workflow.schema.json",
            "name": scope.name,
            "version": self.options.version,
            "domain": self.options.domain,
            "taskList": self.options.task_list or self.options.name,
            **({"description": machine.comment[:1024]} if machine.comment else {}),
            "timeouts": {"execution": open_for},
            "start": first,
            **({"activities": scope.activities} if scope.activities else {}),
            "nodes": scope.nodes,
        }


def _weave(region: Region) -> None:
    """Every state of the region, each after all that lead to it."""
    for name in region.flow.order:
        state = region.machine.states[name]
        if state.kind in SIMPLE:
            SIMPLE[state.kind](region, state)
        elif state.kind == "Task":
            task_state(region, state)
        elif state.kind == "Map":
            map_state(region, state, _weave)
        else:
            parallel_state(region, state, _weave)


def _below(root: str, context: Context) -> Context:
    """The same parts of the context object, at another place."""
    return {name: f"{root}.{name}" if isinstance(part, str) else _below(f"{root}.{name}", part) for name, part in context.items()}


def _written(context: Context) -> str:
    parts = (f"{literal(name)}: {part if isinstance(part, str) else _written(part)}" for name, part in context.items())
    return "{" + ", ".join(parts) + "}"


def _note_whole(machine: Machine, report: Report) -> None:
    """What is so all over the document."""
    if machine.mentions("${"):
        report.note(
            machine.pointer, "${...}", "what a deployment tool would put in place of these is not known here: they are kept as text"
        )
    if machine.mentions("Execution.Id", "StateMachine.Id"):
        report.note(machine.pointer, "Execution.Id, StateMachine.Id", "here these are the workflowId and the workflow type's name, no ARNs")


def _check(name: str, document: Document) -> None:
    text = json.dumps(document, ensure_ascii=False)
    findings = check_document(parse_document(text, f"{name}.json")).findings
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        raise AslError("", "; ".join(_told(finding) for finding in errors[:5]))


def _told(finding: Finding) -> str:
    return f"it would be a spec that is not sound: {finding.message} [{finding.rule} at {finding.pointer}]"
