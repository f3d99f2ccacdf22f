"""What expressions may call beyond JSONata's own functions: `$parse(text)` and `$hash(text, algorithm)`, as Step Functions has them.

Pure and bounded, the same for both evaluators, which are given `CALLED` by name. What evaluators make of a Python exception differs, so
none is raised: a call gives {"value": ...}, or {"fault": "why"}, and `spec.guards` makes JSONata's `$error` of that.
Imports `spec.limits` and `spec.model`; imported by the evaluators.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NoReturn

from engine.spec.limits import MAX_SEQUENCE
from engine.spec.model import Json

LONGEST: Final = 1_000_000
"""Characters that are parsed or digested."""
DEEPEST: Final = 100
"""Lists and objects inside one another in a parsed text."""
ALGORITHMS: Final[Mapping[str, str]] = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}

_EXACT: Final = 2**53


def parse_text(text: Json = None) -> dict[str, Json]:
    """The value that a JSON text stands for. As in JavaScript, numbers are doubles, and the last of equal names holds."""
    if not isinstance(text, str) or len(text) > LONGEST:
        return _fault(f"$parse reads a text of at most {LONGEST:,} characters")
    try:
        value = json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return _fault(f"$parse: the text is no JSON: {error.msg} at character {error.pos + 1}")
    except ValueError as error:
        return _fault(f"$parse: the text is no JSON: {error}")
    except RecursionError:
        return _fault(_TOO_DEEP)
    problem = next(_problems(value), "")
    return _fault(problem) if problem else {"value": value}


def digest(text: Json = None, algorithm: Json = None) -> dict[str, Json]:
    """The hexadecimal digest of a text's UTF-8."""
    name = ALGORITHMS.get(algorithm) if isinstance(algorithm, str) else None
    if not isinstance(text, str) or len(text) > LONGEST:
        return _fault(f"$hash takes a text of at most {LONGEST:,} characters")
    if name is None:
        return _fault(f"$hash knows the algorithms {', '.join(ALGORITHMS)}")
    return {"value": hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()}


CALLED: Final[Mapping[str, Callable[..., dict[str, Json]]]] = {"swfgraph_parse": parse_text, "swfgraph_hash": digest}
"""By the names that the guards call them by."""


def called_by(guarded: str) -> Iterator[tuple[str, Callable[..., dict[str, Json]]]]:
    """Those that an expression, as it is compiled, may call."""
    return ((name, function) for name, function in CALLED.items() if name in guarded)


_TOO_DEEP: Final = f"$parse: more than {DEEPEST} lists and objects inside one another"


def _fault(why: str) -> dict[str, Json]:
    return {"fault": why}


def _number(digits: str) -> int | float:
    """As JSONata has it: whole numbers are exact up to 2^53."""
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"the number {digits[:40]} is too large")
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"there is no {word}")


def _problems(value: Json) -> Iterator[str]:
    """What an evaluator could not hold."""
    waiting: list[tuple[Json, int]] = [(value, 0)]
    while waiting:
        inner, depth = waiting.pop()
        match inner:
            case str() if not inner.isascii() and any("\ud800" <= sign <= "\udfff" for sign in inner):
                yield "$parse: half a surrogate pair, which is no text"
            case dict() | list() if depth == DEEPEST:
                yield _TOO_DEEP
            case dict():
                waiting += [(part, depth + 1) for pair in inner.items() for part in pair]
            case list() if len(inner) > MAX_SEQUENCE:
                yield f"$parse: a list of more than {MAX_SEQUENCE:,}"
            case list():
                waiting += [(part, depth + 1) for part in inner]
