"""Who is asked, and what the scenario has him answer. Counts how often everyone was asked; does nothing about it.

Names are looked up from the narrow to the wide: `Workflow/node`, the node, the type or function. (`node.undo` for the activity that undoes
it; a node of a child's spec has no bare name: that could be the parent's.) Imports `errors`, `model`, `spec`; imported by `stage` and what
it is made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from engine.errors import ExpressionError, ScenarioError
from engine.spec.expression import References
from engine.spec.model import ABSENT, Absent, Json, Template
from engine.spec.payload import encode
from engine.spec.source import pointer_to
from engine.spec.template import render
from engine.testing.model import Answer, Answers, Attempts, ByItem, Scenario

_SHOWN: Final = 200
"""Characters of an input that an error message shows."""


class Kind(StrEnum):
    """Also the scenario's key of its answers."""

    ACTIVITY = "activities"
    CHILD = "children"
    LAMBDA = "lambdas"


_CALLED: Final[Mapping[Kind, str]] = {Kind.ACTIVITY: "activity", Kind.CHILD: "child workflow", Kind.LAMBDA: "Lambda function"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One attempt of a node's work."""

    kind: Kind
    what: str
    """The activity type, workflow type or function."""
    workflow: str
    """The name of the workflow that asks."""
    workflow_id: str
    main: bool
    """It is the workflow under test, no child of it."""
    node: str
    undoes: bool
    visit: int
    attempt: int
    index: int | Literal[Absent.ABSENT]
    input: Json | Literal[Absent.ABSENT]

    @property
    def who(self) -> str:
        return f"{self.node}.undo" if self.undoes else self.node


class Answerbook:
    """The answers of one scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self._answers: Mapping[Kind, Mapping[str, Answers]] = {
            Kind.ACTIVITY: scenario.activities,
            Kind.CHILD: scenario.children,
            Kind.LAMBDA: scenario.lambdas,
        }
        self._times: dict[tuple[str, str, int | Literal[Absent.ABSENT]], int] = {}
        self.inputs: dict[str, list[Json]] = {}
        """Of the workflow under test: what each node's work was given, in order; None where it was given nothing."""

    def note(self, asked: Asked) -> None:
        """Somebody is asked. Once for each attempt, before `answer`."""
        key = (asked.workflow_id, asked.who, asked.index)
        self._times[key] = self._times.get(key, 0) + 1
        if asked.main and not asked.undoes:
            self.inputs.setdefault(asked.node, []).append(None if asked.input is ABSENT else asked.input)

    def has(self, asked: Asked) -> bool:
        """Whether the scenario says anything about him."""
        return any(name in self._answers[asked.kind] for name in names_of(asked))

    def answer(self, asked: Asked) -> Answer:
        """What he answers to what was noted last. Raises: ScenarioError, where the scenario doesn't say."""
        known = self._answers[asked.kind]
        name = next((name for name in names_of(asked) if name in known), None)
        if name is None:
            pointer = pointer_to(asked.kind) if known else ""
            raise ScenarioError(
                f"no answer for {_described(asked)}, asked with {_shown(asked.input)}",
                pointer=pointer,
                hint=f'say under "{asked.kind}" what "{asked.who}" answers, e.g. {{"result": null}}',
            )
        attempts = _for_item(known[name], asked, name)
        times = self._times[asked.workflow_id, asked.who, asked.index]
        if attempts.always:
            return attempts.answers[0]
        if times > len(attempts.answers):
            said = "only one answer" if len(attempts.answers) == 1 else f"only {len(attempts.answers)} answers"
            raise ScenarioError(
                f"{_described(asked)} is asked {times} times, with {_shown(asked.input)}, and there is {said}",
                pointer=pointer_to(asked.kind, name),
                hint="add an answer to the list; one without a list is given every time",
            )
        return attempts.answers[times - 1]


def names_of(asked: Asked) -> tuple[str, ...]:
    """Under which names its answers may stand, the first that is there counts."""
    wide = () if asked.undoes and asked.kind is not Kind.ACTIVITY else (asked.what,)
    return (f"{asked.workflow}/{asked.who}", *((asked.who,) if asked.main else ()), *wide)


def filled_in(value: Json, asked: Asked, now: float) -> Json:
    """A result, its templates filled in. Raises: ScenarioError."""
    try:
        return render(Template(value=value), _TaskScope(asked, now))
    except ExpressionError as error:
        raise ScenarioError(f"the result for {_described(asked)} can't be made: {error}", pointer=pointer_to(asked.kind)) from error


def _for_item(answers: Answers, asked: Asked, name: str) -> Attempts:
    if isinstance(answers, Attempts):
        return answers
    item = _of_item(answers, asked.index)
    if item is ABSENT:
        what = "it has no items" if asked.index is ABSENT else f"there is none for item {asked.index}"
        raise ScenarioError(
            f"no answer for {_described(asked)}: {what}", pointer=pointer_to(asked.kind, name), hint='"others" is for the rest'
        )
    return item


def _of_item(answers: ByItem, index: int | Literal[Absent.ABSENT]) -> Attempts | Literal[Absent.ABSENT]:
    return answers.others if index is ABSENT else answers.items.get(index, answers.others)


def _described(asked: Asked) -> str:
    item = "" if asked.index is ABSENT else f", item {asked.index}"
    visit = f", visit {asked.visit}" if asked.visit > 1 else ""
    of = "" if asked.main else f" of {asked.workflow}"
    return f"the {_CALLED[asked.kind]} {asked.what} (node {asked.who}{of}{item}{visit}, attempt {asked.attempt})"


def _shown(value: Json | Literal[Absent.ABSENT]) -> str:
    if value is ABSENT:
        return "no input"
    text = encode(value)
    return f"the input {text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}"


class _TaskScope:
    """What a result's expressions read."""

    def __init__(self, asked: Asked, now: float) -> None:
        self._asked = asked
        self.now = now

    def root(self, references: References, /) -> dict[str, Json]:  # noqa: ARG002  (it is small: all of it)
        asked = self._asked
        index = {} if asked.index is ABSENT else {"index": asked.index}
        given = None if asked.input is ABSENT else asked.input
        return {"input": given, "node": asked.node, "visit": asked.visit, "attempt": asked.attempt, **index}
