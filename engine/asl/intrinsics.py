"""Intrinsic functions, `States.Format('{}', $.name)` and its kin -> JSONata. Pure.

Those that draw lots (`UUID`, `MathRandom`) give something else for each call and visit, but the same whenever a history is folded again.
Imports `jsonata`, `paths`, `report`; imported by `payload`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from engine.asl.jsonata import listed, literal
from engine.asl.paths import Sight, needed
from engine.asl.report import NotExpressible

NAMES: Final = re.compile(r"\s*States\.[A-Za-z0-9]+\s*\(")


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Reach:
    """An argument that is a path."""

    path: str


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Argument, ...]


Argument: TypeAlias = Literal | Reach | Call

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<call>States\.\w+)\s*\(|(?P<text>'(?:\\.|[^'\\])*')|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?=\s*[,)])"
    r"|(?P<word>true|false|null)(?=\s*[,)])|(?P<path>\$(?:[^\s,()'\"\[]|\[(?:'(?:\\.|[^'\\])*'|\"[^\"]*\"|[^\]'\"])*\])*))"
)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_WORDS: Final = {"true": True, "false": False, "null": None}


def is_intrinsic(text: str) -> bool:
    return NAMES.match(text) is not None


def parse_call(text: str) -> Call:
    """Raises: NotExpressible."""
    argument, end = _argument(text, 0)
    if not isinstance(argument, Call) or text[end:].strip():
        raise NotExpressible(f"{text!r} is no call of an intrinsic function")
    return argument


def _argument(text: str, at: int) -> tuple[Argument, int]:
    found = _TOKEN.match(text, at)
    if not found:
        raise NotExpressible(f"{text!r} is no call of an intrinsic function (at character {at + 1})")
    match found.lastgroup:
        case "text":
            return Literal(found.group("text")[1:-1]), found.end()
        case "number":
            number = found.group("number")
            return Literal(float(number) if set(number) & set(".eE") else int(number)), found.end()
        case "word":
            return Literal(_WORDS[found.group("word")]), found.end()
        case "path":
            return Reach(found.group("path")), found.end()
        case _:
            return _call(text, found.group("call").removeprefix("States."), found.end())


def _call(text: str, name: str, at: int) -> tuple[Call, int]:
    arguments: list[Argument] = []
    end = re.compile(r"\s*\)").match(text, at)
    while not end:
        argument, at = _argument(text, at)
        arguments.append(argument)
        end = re.compile(r"\s*\)").match(text, at)
        if not end:
            comma = re.compile(r"\s*,").match(text, at)
            if not comma:
                raise NotExpressible(f"{text!r}: a comma or a parenthesis is missing at character {at + 1}")
            at = comma.end()
    return Call(name, tuple(arguments)), end.end()


def write_call(text: str, sight: Sight) -> str:
    """An expression that gives what the function gives. Raises: NotExpressible."""
    return _write(parse_call(text), sight)


def _write(argument: Argument, sight: Sight) -> str:
    match argument:
        case Literal(value):
            return literal(_ESCAPE.sub(r"\1", value) if isinstance(value, str) else value)
        case Reach(path):
            return needed(path, sight)
        case Call("Format", (Reach(path), *rest)):
            return f"$asl_format({needed(path, sight)}, {listed([_write(inner, sight) for inner in rest])})"
        case Call("Format"):
            pieces, values = _format(argument, sight)
            parts = [literal(pieces[0])] if pieces[0] or not values else []
            for value, piece in zip(values, pieces[1:], strict=True):
                parts += [_shown(value), *([literal(piece)] if piece else [])]
            return f"({' & '.join(parts)})" if len(parts) > 1 else parts[0]
        case Call("Array"):
            return f"({listed([_write(inner, sight) for inner in argument.arguments])})"
        case Call(name):
            return _plain_call(name, [_write(inner, sight) for inner in argument.arguments], sight)


def _shown(value: str) -> str:
    """As Step Functions puts a value into a format: text as it is, objects as {name=value}."""
    return value if value.startswith('"') else f"$asl_shown({value})"


def _format(call: Call, sight: Sight) -> tuple[list[str], list[str]]:
    """The text around the braces, and what stands in for each pair of them."""
    if not call.arguments or not isinstance(call.arguments[0], Literal) or not isinstance(call.arguments[0].value, str):
        raise NotExpressible("States.Format with a template that is not written out")
    pieces = [""]
    for mark in re.findall(r"\\.|\{\}|[^\\{]+|\{|\\", call.arguments[0].value, re.DOTALL):
        if mark == "{}":
            pieces.append("")
        else:
            pieces[-1] += mark[1:] if mark.startswith("\\") and len(mark) > 1 else mark
    values = [_write(inner, sight) for inner in call.arguments[1:]]
    if len(values) != len(pieces) - 1:
        raise NotExpressible(f"States.Format with {len(pieces) - 1} pairs of braces and {len(values)} values")
    return pieces, values


def _plain_call(name: str, arguments: list[str], sight: Sight) -> str:
    if name == "MathRandom" and len(arguments) == 3:
        raise NotExpressible("States.MathRandom with a seed: which number it gives is not documented")
    if name not in _CALLS:
        raise NotExpressible(f"there is no intrinsic function States.{name}")
    count, write = _CALLS[name]
    if len(arguments) != count:
        raise NotExpressible(f"States.{name} takes {count} values, not {len(arguments)}")
    return write(*arguments, f"$asl_draw({sight.draw()})") if name in _DRAWS else write(*arguments)


_DRAWS: Final = frozenset({"UUID", "MathRandom"})
"""They are given something that is different for each call."""
_CALLS: Final[Mapping[str, tuple[int, Callable[..., str]]]] = {
    "JsonToString": (1, lambda value: f"$asl_text({value})"),
    "ArrayPartition": (2, lambda items, size: f"$asl_chunks($asl_list({items}), {size})"),
    "ArrayContains": (2, lambda items, item: f"$asl_has($asl_list({items}), {item})"),
    "ArrayRange": (3, lambda start, end, step: f"$asl_range({start}, {end}, {step})"),
    "ArrayGetItem": (2, lambda items, at: f"$asl_need($asl_at($asl_list({items}), {at}).v)"),
    "ArrayLength": (1, lambda items: f"$count($asl_list({items}))"),
    "ArrayUnique": (1, lambda items: f"$asl_unique($asl_list({items}))"),
    "Base64Encode": (1, lambda text: f"$base64encode({text})"),
    "Base64Decode": (1, lambda text: f"$base64decode({text})"),
    "JsonMerge": (3, lambda one, other, _deep: f"$merge([{one}, {other}])"),
    "UUID": (0, lambda drawn: f"$asl_uuid({drawn})"),
    "MathRandom": (2, lambda start, end, drawn: f"$asl_between($asl_round({start}), $asl_round({end}), {drawn})"),
    "Hash": (2, lambda text, algorithm: f"$hash({text}, {algorithm})"),
    "StringToJson": (1, lambda text: f"$asl_json({text})"),
    "MathAdd": (2, lambda one, other: f"($asl_round({one}) + $asl_round({other}))"),
    "StringSplit": (2, lambda text, by: f'[$filter($asl_split({text}, {by}), function($p) {{ $p != "" }})]'),
}
