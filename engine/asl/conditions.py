"""Choice rules -> conditions. JSONPath mode compares by operator, and fails where a path leads nowhere, as Step Functions does.

Imports `jsonata`, `paths`, `query`, `report`; imported by `states`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from engine.asl.jsonata import complete, literal
from engine.asl.paths import Sight, path_of
from engine.asl.query import query_expression
from engine.asl.report import NotExpressible

_ORDER: Final = {"": "=", "LessThan": "<", "GreaterThan": ">", "LessThanEquals": "<=", "GreaterThanEquals": ">="}
_TYPES: Final = {"String": '$type($v) = "string"', "Numeric": '$type($v) = "number"', "Boolean": '$type($v) = "boolean"'}
_KINDS: Final = {
    "IsNull": '$type($v) = "null"',
    "IsNumeric": '$type($v) = "number"',
    "IsString": '$type($v) = "string"',
    "IsBoolean": '$type($v) = "boolean"',
    "IsTimestamp": "$asl_time($v) != null",
}
_COMPARISON: Final = re.compile(r"(String|Numeric|Boolean|Timestamp)(Equals|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals)(Path)?")
_NO_OPERATOR: Final = frozenset({"Variable", "Next", "Comment", "Assign", "Output"})


def condition(rule: Mapping[str, Any], sight: Sight, *, queries: bool) -> str:
    """The `when` of a choice. `queries`: JSONata mode. Raises: NotExpressible."""
    if queries:
        given = rule.get("Condition")
        return literal(given) if isinstance(given, bool) else complete(query_expression(given or "", sight))
    return complete(_rule(rule, sight))


def _rule(rule: Mapping[str, Any], sight: Sight) -> str:
    if "And" in rule:
        return _chain([_rule(inner, sight) for inner in rule["And"]], "{} ? {} : false")
    if "Or" in rule:
        return _chain([_rule(inner, sight) for inner in rule["Or"]], "{} ? true : {}")
    if "Not" in rule:
        return f"$not({_rule(rule['Not'], sight)})"
    operators = [name for name in rule if name not in _NO_OPERATOR]
    if "Variable" not in rule or len(operators) != 1:
        raise NotExpressible("a choice rule that compares nothing, or by more than one operator")
    return _comparison(operators[0], rule[operators[0]], path_of(rule["Variable"], sight), sight)


def _chain(tests: list[str], form: str) -> str:
    """From the left, no further than needed."""
    *first, last = tests
    for test in reversed(first):
        last = f"({form.format(test, last)})"
    return last


def _comparison(operator: str, value: Any, variable: str, sight: Sight) -> str:
    if operator == "IsPresent":
        return f"$exists({variable})" if value else f"$not($exists({variable}))"
    if operator in _KINDS:
        return _on(variable, _KINDS[operator] if value else f"$not({_KINDS[operator]})")
    if operator == "StringMatches":
        return _on(variable, f'$type($v) = "string" ? $contains("x" & $v, {_pattern(value)}) : false')
    found = _COMPARISON.fullmatch(operator)
    if not found:
        raise NotExpressible(f"there is no comparison {operator}")
    kind, order, by_path = found.groups()
    sign = _ORDER[order.removesuffix("Equals") + ("Equals" if order.endswith("Equals") and order != "Equals" else "")]
    return _on(variable, _ordered(kind, sign, value, bool(by_path), sight))


def _ordered(kind: str, sign: str, value: Any, by_path: bool, sight: Sight) -> str:  # noqa: FBT001 - two of the operator's three parts
    if kind == "Timestamp":
        other = f"$asl_time($asl_need({path_of(value, sight)}))" if by_path else f"$toMillis({literal(value)})"
        return f"($t := $asl_time($v); $u := {other}; $t != null and $u != null ? $t {sign} $u : false)"
    if not by_path:
        return f"$v = {literal(value)}" if sign == "=" else f"{_TYPES[kind]} ? $v {sign} {literal(value)} : false"
    same = f"{_TYPES[kind]} and $type($u) = $type($v)"
    return f"($u := $asl_need({path_of(value, sight)}); {same} ? $v {sign} $u : false)"


def _on(variable: str, test: str) -> str:
    return f"($v := $asl_need({variable}); {test})"


def _pattern(text: str) -> str:
    """`*` stands for any text, `\\*` for itself. The x in front keeps the match from being empty, which JSONata forbids."""
    parts = re.findall(r"\\.|\*|[^\\*]+|\\", text, re.DOTALL)
    written = "".join(r"[\s\S]*" if part == "*" else _escaped(part[1:] if len(part) > 1 and part[0] == "\\" else part) for part in parts)
    return f"/^x{written}$/"


def _escaped(text: str) -> str:
    """Rust's and Python's regular expressions alike; a brace, a slash and a percent sign by their codes."""
    return "".join(sign if sign.isalnum() or sign in " _-" else f"\\x{ord(sign):02x}" if ord(sign) < 256 else sign for sign in text)
