"""JSONPath, the context object and variables -> JSONata, over the data that a state sees.

A definite path becomes the same path in JSONata: `$.a.b[0]` of a state after `fetch` is `results.fetch.a.b[0]`. Any other path becomes a
chain of helpers that gives the list of all values found, exactly. Imports `jsonata`, `jsonpath`, `report`; imported by whatever
reads or writes data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final, TypeAlias, Union

from engine.asl.jsonata import atom, literal, step_into
from engine.asl.jsonpath import Descend, Filter, Index, Name, Path, Slice, Step, Wildcard, parse_path
from engine.asl.jsonpath import Union as Several
from engine.asl.report import NotExpressible

Context: TypeAlias = Mapping[str, Union[str, "Context"]]
"""The context object: expressions at its leaves. What is not there can't be carried over."""

_COMPLETE: Final = frozenset({"Index", "Item", "Id"})
"""A part of the context object with one of these is there with all that the original has (of an execution it is not: `Input`)."""
_OPERATORS: Final = {"==": "=", "!=": "!="}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the expressions of a state see, each as a JSONata expression."""

    data: str
    variables: str = ""
    """"" where there are none."""
    context: Context = field(default_factory=dict)
    result: str = ""
    """What a task gave, in JSONata mode; "" where there is none."""
    error: str = ""
    """The error output, in JSONata mode."""
    whole: bool = False
    """Whether `data` is a value that is there for certain."""
    seed: str = ""
    """What is another text for each visit of the state (and for each item), within one execution; "" where nothing is known to be."""
    draws: Iterator[int] = field(default_factory=count, compare=False)
    """Numbers the calls that give something else each time, within one spec."""

    def on(self, data: str, *, whole: bool = False) -> Sight:
        return replace(self, data=data, whole=whole)

    def draw(self) -> str:
        """Of one call that gives something else each time: a text that no other call has, nor the same one at another time.

        Raises: NotExpressible.
        """
        if not self.seed:
            raise NotExpressible("a call that gives something else each time, in a place that may be computed again")
        return f'execution.runId & "/{next(self.draws)}/" & {self.seed}'


def path_of(text: str, sight: Sight) -> str:
    """The value of a path. Nothing, where a definite path leads nowhere. Raises: NotExpressible."""
    return write(parse_path(text), sight)


def needed(text: str, sight: Sight) -> str:
    """The value of a path, or an error where it leads nowhere: for use inside larger expressions."""
    path = parse_path(text)
    written = write(path, sight)
    certain = not path.definite or (path.root == "" and not path.steps and sight.whole)
    return written if certain else f"$asl_need({written})"


def write(path: Path, sight: Sight) -> str:
    if path.root == "$":
        return _of_context(path, sight)
    root = sight.data
    if path.root:
        if not sight.variables:
            raise NotExpressible(f"${path.root} is no variable that is assigned anywhere")
        root = step_into(sight.variables, path.root)
    return follow(root, path.steps)


def follow(root: str, steps: tuple[Step, ...]) -> str:
    if all(isinstance(step, Name | Index) for step in steps):
        return _definite(root, steps)
    nodes, below = f'[{{"v": {root}}}]', False
    for step in steps:
        if isinstance(step, Descend):
            nodes = f"$asl_each({nodes}, $asl_below)"
        else:
            nodes = f"$asl_each({nodes}, function($v) {{ {_children(step)} }})"
        below = below or isinstance(step, Descend)
    return f"$asl_values({nodes})"


def _definite(root: str, steps: tuple[Step, ...]) -> str:
    written = root
    for step in steps:
        match step:
            case Name(key):
                written = step_into(written, key)
            case Index(at):
                written = f"{atom(written)}[{at}]"
            case _:
                raise AssertionError(step)
    return written


def _children(step: Step) -> str:
    match step:
        case Name(key):
            return f"$asl_part($v, {literal(key)})"
        case Index(at):
            return f"$asl_at($v, {at})"
        case Wildcard():
            return "$asl_all($v)"
        case Slice(start, stop, by):
            return f"$asl_slice($v, {start or 0}, {2**31 if stop is None else stop}, {by})"
        case Several(parts):
            first, *others = [_children(part) for part in parts]
            for other in others:
                first = f"$append({first}, {other})"
            return first
        case Filter(test):
            return f"[$filter($asl_all($v), function($o) {{ ($x := $o.v; {_test(test)}) }})]"
        case _:
            raise AssertionError(step)


def _test(test: tuple[object, ...]) -> str:
    match test:
        case ("or", tuple(left), tuple(right)):
            return f"({_test(left)} ? true : {_test(right)})"
        case ("and", tuple(left), tuple(right)):
            return f"({_test(left)} ? {_test(right)} : false)"
        case ("not", tuple(inner)):
            return f"$not({_test(inner)})"
        case ("exists", Path() as path):
            return f"$exists({_of_item(path)})"
        case ("==" | "!=" as operator, tuple(left), tuple(right)):
            return f"({_operand(left)} {_OPERATORS[operator]} {_operand(right)})"
        case ("<" | "<=" | ">" | ">=" as operator, tuple(left), tuple(right)):
            one, other = _operand(left), _operand(right)
            same = f'$type({one}) = $type({other}) and $type({one}) in ["number", "string"]'
            return f"({same} ? {one} {operator} {other} : false)"
        case _:
            raise NotExpressible("a filter whose condition can't be carried over")


def _operand(operand: tuple[object, ...]) -> str:
    match operand:
        case ("value", value):
            return literal(value)
        case ("path", Path() as path):
            return _of_item(path)
        case _:
            raise NotExpressible("a filter that looks at other data than the element")


def _of_item(path: Path) -> str:
    """Objects on the way only: of a list of objects JSONata would give a list."""
    return _definite("$x", path.steps)


def _of_context(path: Path, sight: Sight) -> str:
    here: str | Context = sight.context
    rest = list(path.steps)
    while rest and isinstance(here, Mapping):
        step = rest.pop(0)
        name = step.key if isinstance(step, Name) else str(step)
        if name not in here:
            raise NotExpressible(f"$$.{name} of the context object")
        here = here[name]
    return follow(context_value(here), tuple(rest))


def context_value(here: str | Context) -> str:
    """A part of the context object, whole."""
    if isinstance(here, str):
        return here
    if not here or not _COMPLETE & here.keys() or "Input" in here:
        raise NotExpressible("a part of the context object as a whole, which holds more than there is here")
    return "{" + ", ".join(f"{literal(name)}: {context_value(part)}" for name, part in here.items()) + "}"
