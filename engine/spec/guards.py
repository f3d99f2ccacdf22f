"""What is put around an expression before it is compiled, so that it is deterministic and bounded where the evaluators are not.

Plain JSONata, so that it holds for either evaluator, and only where the expression mentions what it is for:
- `$now` and `$millis` give the time of the event (`$swfgraph_millis`, a binding);
- `$toMillis` refuses pictures without a year, since both evaluators would take today's;
- `$pad` refuses widths, and `$formatInteger` Roman numbers, that fill the memory;
- `$parse` and `$hash`, which JSONata lacks, call `spec.functions`;
- the ends of a range (`[a..b]`) must be exact integers: jsonatapy 2.2.13 counts [-5e18..5e18] with 64 bits, overflows and never returns.
Known gap: text that an expression doubles again and again (`$x & $x`, recursively) fills the memory before its second is over.
Imports `spec.syntax`, `spec.limits` and jsonata-python's parser (for its tokens); imported by `spec.expression`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from jsonata.parser import Parser

from engine.spec.limits import LIMIT
from engine.spec.syntax import Symbol, walk

MILLIS: Final = "swfgraph_millis"
"""The binding that holds the event's time, in milliseconds since 1970."""

WIDEST: Final = 100_000
EXACT: Final = 2**53

_OPENED: Final = 'function($r) { $exists($r.fault) ? $error($r.fault) : $lookup($r, "value") }'

_DEFINITIONS: Final = {
    "now": f"$now := function($p, $z)<s?s?:s> {{ $fromMillis(${MILLIS}, $p, $z) }};",
    "millis": f"$millis := function() {{ ${MILLIS} }};",
    "toMillis": f"""$swfgraph_toMillis := $toMillis;
        $toMillis := function($s, $p)<s-s?:n> {{
            $not($exists($p)) ? $swfgraph_toMillis($s)
            : $contains($p, "[Y") or $contains($p, "[X") ? $swfgraph_toMillis($s, $p)
            : $error("{LIMIT}$toMillis with a picture without a year would depend on today's date: put a year in front of both") }};""",
    "pad": f"""$swfgraph_pad := $pad;
        $pad := function($s, $w, $c)<s-ns?:s> {{
            $w > {WIDEST} or $w < -{WIDEST} ? $error("{LIMIT}$pad is for widths of at most {WIDEST}") : $swfgraph_pad($s, $w, $c) }};""",
    "formatInteger": f"""$swfgraph_formatInteger := $formatInteger;
        $formatInteger := function($n, $p)<n-s:s> {{
            ($contains($p, "I") or $contains($p, "i")) and $abs($n) > {WIDEST}
            ? $error("{LIMIT}Roman numbers go to {WIDEST}") : $swfgraph_formatInteger($n, $p) }};""",
    "parse": f"""$swfgraph_value := {_OPENED};
        $parse := function($t) {{ $exists($t) ? $swfgraph_value($swfgraph_parse($t)) }};""",
    "hash": f"""$swfgraph_digest := {_OPENED};
        $hash := function($t, $a) {{ $exists($t) ? $swfgraph_digest($swfgraph_hash($t, $a)) }};""",
    "..": f"""$swfgraph_end := function($x) {{
            $type($x) = "number" and ($x > {EXACT} or $x < -{EXACT})
            ? $error("{LIMIT}the ends of a range must be between -2^53 and 2^53") : $x }};""",
}


def guarded(source: str, tree: Symbol) -> str:
    """The expression as it is compiled: itself where it needs no guard."""
    ranges = any(symbol.type == "binary" and symbol.value == ".." for symbol in walk(tree))
    mentioned = {symbol.value for symbol in walk(tree) if symbol.type == "variable"} | ({".."} if ranges else set())
    needed = [definition for name, definition in _DEFINITIONS.items() if name in mentioned]
    if not needed:
        return source
    return f"({' '.join(needed)} ({_bounded(source) if ranges else source}))"


def needs_clock(tree: Symbol) -> bool:
    """Whether the expression asks for the time, so that the binding `MILLIS` must be given."""
    return any(symbol.type == "variable" and symbol.value in {"now", "millis"} for symbol in walk(tree))


@dataclass(frozen=True, slots=True)
class _Token:
    id: str
    end: int


class _Listening(Parser):  # type: ignore[misc]  # jsonata-python ships no types
    """jsonata-python's parser, writing down the tokens that it reads: only it knows whether a `/` begins a regular expression."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[_Token] = []

    def advance(self, id: str | None = None, infix: bool = False) -> Any:  # noqa: A002, FBT001, FBT002 - the parser's own signature
        node = super().advance(id, infix)
        self.heard.append(_Token(node.id, node.position))
        return node


def _bounded(source: str) -> str:
    """`[a..b]` as `[$swfgraph_end(a)..$swfgraph_end(b)]`, at any depth; the rest as it is."""
    listening = _Listening()
    listening.parse(source)
    insertions: list[tuple[int, str]] = []
    for begin, middle, end in _ranges(listening.heard):
        insertions += [(begin, "$swfgraph_end("), (middle - 2, ")"), (middle, "$swfgraph_end("), (end, ")")]
    parts, done = [], 0
    for offset, text in sorted(insertions, key=lambda insertion: insertion[0]):
        parts += [source[done:offset], text]
        done = offset
    return "".join((*parts, source[done:]))


def _ranges(tokens: list[_Token]) -> list[tuple[int, int, int]]:
    """Of every range: where its first end begins, where `..` ends, where its second end ends."""
    found: list[tuple[int, int, int]] = []
    open_items: list[tuple[int, int]] = []  # of each bracket that is open: where its current item begins, the end of that item's `..` or -1
    for token in tokens:
        if token.id in {"[", "(", "{"}:
            open_items.append((token.end, -1))
        elif token.id == ".." and open_items:
            open_items[-1] = (open_items[-1][0], token.end)
        elif token.id in {",", "]", ")", "}"} and open_items:
            begin, middle = open_items.pop()
            if middle >= 0:
                found.append((begin, middle, token.end - 1))
            if token.id == ",":
                open_items.append((token.end, -1))
    return found
