"""Writing JSONata: literals, names, and the few functions that ASL's meaning needs and JSONata lacks. Pure text, no ASL in it.

An expression that calls one of `HELPERS` is completed with its definition, once, by `complete`. Lists are the delicate matter: JSONata
unwraps a sequence of one, and flattens lists in a list constructor unless they are written out as such. So what must stay a list of
given members is built with `$asl_one`, and nodes that a path finds travel as objects {"v": node} until the last step (`$asl_values`).
Imports nothing of `asl`; imported by everything in it that writes expressions.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

_WORDS: Final = frozenset({"and", "or", "in", "true", "false", "null", "function"})
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SIMPLE: Final = re.compile(r"\$?[A-Za-z_$][\w.`\[\]$-]*")

HELPERS: Final = {
    "asl_need": 'function($v) { $exists($v) ? $v : $error("States.Runtime: a path leads to nothing") }',
    "asl_one": 'function($v) { $type($v) = "array" ? [[$v]] : [$v] }',
    "asl_values": "function($n) { $reduce($n, function($a, $o) { $append($a, $asl_one($o.v)) }, []) }",
    "asl_nodes": 'function($v) { $type($v) = "array" ? [$map($v, function($x) { {"v": $x} })] : [] }',
    "asl_below": """function($v) { $append([{"v": $v}], $type($v) = "array" ? $reduce($asl_nodes($v), function($a, $o) {
        $append($a, $asl_below($o.v)) }, []) : $type($v) = "object" ? $reduce($keys($v), function($a, $k) {
        $append($a, $asl_below($lookup($v, $k))) }, []) : []) }""",
    "asl_part": 'function($v, $k) { $type($v) = "object" and $exists($lookup($v, $k)) ? [{"v": $lookup($v, $k)}] : [] }',
    "asl_at": """function($v, $i) { $type($v) = "array" and $i < $count($v) and -$i <= $count($v)
        ? [$asl_nodes($v)[$i]] : [] }""",
    "asl_all": """function($v) { $type($v) = "object" ? $reduce($keys($v), function($a, $k) {
        $append($a, $asl_part($v, $k)) }, []) : $asl_nodes($v) }""",
    "asl_each": "function($n, $f) { $reduce($n, function($a, $o) { $append($a, $f($o.v)) }, []) }",
    "asl_slice": """function($v, $from, $to, $step) { ($n := $type($v) = "array" ? $count($v) : 0;
        $b := $from < 0 ? $max([0, $n + $from]) : $from; $e := $to < 0 ? $n + $to : $min([$n, $to]);
        [$filter($asl_nodes($v), function($x, $i) { $i >= $b and $i < $e and ($i - $b) % $step = 0 })]) }""",
    "asl_text": """function($v) { ($t := $string({"v": $v}); $substring($t, 5, $length($t) - 6)) }""",
    "asl_time": r"""function($v) { $type($v) = "string" and $contains($v, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/)
        ? $toMillis($v) : null }""",
    "asl_error": """function($e, $x) { $substring($e, 0, 8) = "Timeout." ? "States.Timeout" : $substring($e, 0, 11) = "Expression."
        ? $x : $e = "Payload.TooLarge" ? "States.DataLimitExceeded" : $e }""",
    "asl_chunks": """function($v, $n) { $reduce([0..$ceil($count($v) / $n) - 1], function($a, $i) { $append($a,
        [[$asl_values($asl_slice($v, $i * $n, $i * $n + $n, 1))]]) }, []) }""",
    "asl_round": "function($x) { $floor($x + 0.5) }",
    "asl_seconds": """function($x) { $type($x) = "number" and $x >= 0 and $floor($x) = $x ? $x
        : $error("States.Runtime: " & $string($x) & " is no number of seconds") }""",
    "asl_moment": """function($x) { $asl_time($x) = null ? $error("States.Runtime: " & $string($x) & " is no timestamp") : $x }""",
    "asl_shown": """function($v) { $type($v) = "object" ? "{" & $join($keys($v).($ & "=" & $asl_shown($lookup($v, $))), ", ") & "}"
        : $type($v) = "array" ? "[" & $join($asl_nodes($v).($asl_shown(v)), ", ") & "]" : $string($v) }""",
    "asl_format": """function($t, $v) { ($p := $split($t, "{}"); $count($p) - 1 = $count($v) ? $join([$map($p, function($s, $i) {
        $s & ($i < $count($v) ? $asl_shown($v[$i]) : "") })]) : $error("States.IntrinsicFailure: braces and values differ in number")) }""",
    "asl_sequence": "function($a, $b, $s) { $a > $b and $s > 0 or $a < $b and $s < 0 ? [] : [0..$floor(($b - $a) / $s)].($a + $ * $s) }",
    "asl_range": "function($a, $b, $s) { $a > $b and $s > 0 or $a < $b and $s < 0 ? [] : [[0..$floor(($b - $a) / $s)].($a + $ * $s)] }",
    "asl_unique": """function($v) { $reduce($asl_nodes($v), function($a, $o) {
        $asl_has($a, $o.v) ? $a : $append($a, $asl_one($o.v)) }, []) }""",
    "asl_has": "function($v, $x) { $exists($filter($asl_nodes($v), function($o) { $o.v = $x })) }",
    "asl_split": "function($t, $d) { [$reduce($split($d, ''), function($parts, $c) { [$parts.$split($, $c)] }, [$t])] }",
    "asl_object": """function($v) { $exists($v) and $type($v) != "object"
        ? $error("States.ResultPathMatchFailure: there is no object to put it into") : $v }""",
    "asl_list": 'function($v) { $type($v) = "array" ? $v : $error("States.Runtime: a list is needed here") }',
    "asl_json": """function($t) { $type($t) = "string" ? ($trim($t) = "" ? null : $parse($t))
        : $error("States.IntrinsicFailure: a text is needed here") }""",
    "asl_draw": 'function($s) { $hash($s, "SHA-256") }',
    "asl_random": 'function($h) { $number("0x" & $substring($h, 0, 13)) / 4503599627370496 }',
    "asl_between": """function($a, $b, $h) { $a < $b ? $floor($a + $asl_random($h) * ($b - $a))
        : $error("States.IntrinsicFailure: there is no number from " & $a & " up to " & $b) }""",
    "asl_uuid": """function($h) { $substring($h, 0, 8) & "-" & $substring($h, 8, 4) & "-4" & $substring($h, 13, 3) & "-"
        & $substring("89ab", $number("0x" & $substring($h, 16, 1)) % 4, 1) & $substring($h, 17, 3) & "-" & $substring($h, 20, 12) }""",
    "asl_failed": r"""function($m) { $substringBefore($replace($m, /^item \d+: /, "", 1), ": ") }""",
    "asl_cause": r"""function($m) { ($t := $replace($m, /^item \d+: /, "", 1); $contains($t, ": ") ? $substringAfter($t, ": ") : "") }""",
}
"""Functions, by name; each may call those that stand anywhere in the table."""

_CALL: Final = re.compile(r"\$(asl_\w+)")


def complete(source: str) -> str:
    """The expression with the definitions of the helpers that it calls."""
    needed: list[str] = []
    waiting = [name for name in _CALL.findall(source) if name in HELPERS]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.append(name)
            waiting += _CALL.findall(HELPERS[name])
    if not needed:
        return source
    definitions = " ".join(f"${name} := {_flat(HELPERS[name])};" for name in HELPERS if name in needed)
    return f"({definitions} {source})"


def template_of(source: str) -> str:
    """An expression as a string of a template."""
    return f"{{% {complete(source)} %}}"


def literal(value: Any) -> str:
    """A JSON value as JSONata; safe inside a template too."""
    return json.dumps(value, ensure_ascii=False).replace("%}", "%\\u007d")


def member(name: str) -> str:
    """A name as a step of a path; "" where it can't be written as one."""
    if _PLAIN.fullmatch(name) and name not in _WORDS:
        return name
    return "" if "`" in name or not name or "%}" in name else f"`{name}`"


def step_into(source: str, name: str) -> str:
    """The member of that name."""
    written = member(name)
    return f"{atom(source)}.{written}" if written else f"$lookup({source}, {literal(name)})"


def atom(source: str) -> str:
    """The expression so that a step may follow it."""
    closed = source.startswith("(") and source.endswith(")") and _one_pair(source)
    return source if closed or _SIMPLE.fullmatch(source) or re.fullmatch(r"\$?\w+\([^()]*\)", source) else f"({source})"


def listed(sources: list[str]) -> str:
    """A list with these members, be they lists themselves or not."""
    if not sources:
        return "[]"
    built = f"$asl_one({sources[0]})"
    for source in sources[1:]:
        built = f"$append({built}, $asl_one({source}))"
    return built


def merged(base: str, steps: tuple[str, ...], value: str) -> str:
    """`base` with `value` at a path of names; an error where it is no object. ($merge would make one of a list of objects.)"""
    first, *rest = steps
    inner = merged(step_into(base, first), tuple(rest), value) if rest else value
    return f"$merge([$asl_object({base}), {{{literal(first)}: {inner}}}])"


def _flat(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text)


def _one_pair(source: str) -> bool:
    """Whether the first parenthesis closes at the very end. (Parentheses in strings make us say no, which costs a pair too many.)"""
    depth = 0
    for at, sign in enumerate(source):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return at == len(source) - 1
    return False
