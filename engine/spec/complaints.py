"""What jsonschema finds, in words for people: one complaint per mistake, with what would be right.

It knows the keywords of JSON Schema and how to word them, nothing of files or workflows. Imports jsonschema's error class;
imported by `spec.refusals`, `spec.inputs` and `testing.schema`.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jsonschema.exceptions import ValidationError

from engine.spec.model import Json
from engine.spec.source import pointer_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """`pointer` is where; `key` says that it is the key there that is wrong, not its value."""

    pointer: str
    rule: str
    message: str
    hint: str = ""
    key: bool = False


def complaints(errors: Iterable[ValidationError], whole: str) -> list[Complaint]:
    """All that is wrong, each thing once, in the order in which it was found. `whole` names the value that is being checked."""
    found: dict[tuple[str, str, str], Complaint] = {}
    for error in errors:
        for complaint in (it for meant in _meant(error) for it in _complaints_of(_mistake(meant, whole))):
            found.setdefault((complaint.pointer, complaint.rule, complaint.message), complaint)
    said = {(complaint.pointer, complaint.rule) for complaint in found.values()}
    return [it for it in found.values() if not any((it.pointer, plainer) in said for plainer in _PLAINER.get(it.rule, ()))]


def json_type(value: Json) -> str:
    """What JSON calls a value, with an article."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mistake:
    """One of jsonschema's errors: at `path`, `given` breaks what `keyword` of `schema` wants, for a reason in jsonschema's words."""

    whole: str
    path: tuple[str | int, ...]
    keyword: str
    wanted: Any
    given: Json
    schema: Mapping[str, Json]
    reason: str
    of_key: bool


def _meant(error: ValidationError) -> Iterator[ValidationError]:
    """Of a union that nothing fits: what is wrong with the one alternative that is for values of this type, if there is just one."""
    alternatives: dict[str | int, list[ValidationError]] = {}
    for inner in error.context or ():
        alternatives.setdefault(inner.relative_schema_path[0], []).append(inner)
    of_type = [errors for errors in alternatives.values() if not any(it.validator == "type" and not it.relative_path for it in errors)]
    if error.validator not in {"anyOf", "oneOf"} or len(of_type) != 1:
        yield error
        return
    for inner in of_type[0]:
        yield from _meant(inner)


def _mistake(error: ValidationError, whole: str) -> _Mistake:
    return _Mistake(
        whole=whole,
        path=tuple(error.absolute_path),
        keyword=str(error.validator) if error.validator else "false",
        wanted=error.validator_value,
        given=error.instance,
        schema=_object(error.schema),
        reason=str(error.cause or error.message),
        of_key="propertyNames" in error.absolute_schema_path,
    )


def _complaints_of(mistake: _Mistake) -> Iterator[Complaint]:
    pointer = pointer_to(*mistake.path)
    if mistake.of_key:
        message = f"{_quoted(mistake.given)} is no name for this"
        yield Complaint(
            pointer=pointer + pointer_to(str(mistake.given)), rule="name", message=message, hint=_pattern_hint(mistake), key=True
        )
        return
    for message, hint, token in _WORDS.get(mistake.keyword, _other)(mistake):
        rule = _RULES.get(mistake.keyword, mistake.keyword)
        yield Complaint(pointer=pointer + token, rule=rule, message=message, hint=hint, key=bool(token) or rule == "not")


_Said = Iterator[tuple[str, str, str]]
"""Message, hint, and the pointer's rest where the complaint is about a key inside."""


def _unknown(mistake: _Mistake) -> _Said:
    known = sorted(mistake.schema.get("properties", {}))
    for key, meant in _unknown_keys(mistake).items():
        yield f"unknown key {_quoted(key)}", f"did you mean {_quoted(meant)}?" if meant else _known(known), pointer_to(key)


def _unknown_keys(mistake: _Mistake) -> dict[str, str]:
    """The keys that an object should not have, with the key that was probably meant by each (or "")."""
    known = mistake.schema.get("properties", {})
    patterns = mistake.schema.get("patternProperties", {})
    if mistake.schema.get("additionalProperties") is not False:
        return {}
    unknown = [key for key in mistake.given if key not in known and not any(re.search(pattern, key) for pattern in patterns)]
    missing = sorted(name for name in known if name not in mistake.given)
    return {key: _nearest(key, missing) for key in unknown}


def _required(mistake: _Mistake) -> _Said:
    meant = _unknown_keys(mistake).values()
    for key in mistake.wanted:
        if key not in mistake.given and key not in meant:
            wanted = _object(mistake.schema.get("properties", {}).get(key, {}))
            allowed = f"one of {', '.join(map(_quoted, wanted['enum']))}. " if "enum" in wanted else ""
            yield f"{_subject(mistake)} has no {_quoted(key)}", allowed + wanted.get("description", ""), ""


def _type(mistake: _Mistake) -> _Said:
    wanted = [mistake.wanted] if isinstance(mistake.wanted, str) else mistake.wanted
    names = " or ".join(_ARTICLES.get(name, name) for name in wanted)
    given = json_type(mistake.given)
    hint = "an integer has no fraction" if given == "a number" and "integer" in wanted else _example(mistake)
    yield f"{_subject(mistake)} must be {names}, not {given}", hint, ""


def _enum(mistake: _Mistake) -> _Said:
    given = mistake.given
    allowed = ", ".join(_quoted(value) for value in mistake.wanted)
    near = _nearest(given, [value for value in mistake.wanted if isinstance(value, str)]) if isinstance(given, str) else ""
    hint = f"did you mean {_quoted(near)}?" if near else ""
    yield f"{_subject(mistake)} can't be {_quoted(given)}: it is one of {allowed}", hint, ""


def _pattern(mistake: _Mistake) -> _Said:
    yield f"{_subject(mistake)} can't be {_quoted(mistake.given)}", _pattern_hint(mistake), ""


def _format(mistake: _Mistake) -> _Said:
    yield f"{_subject(mistake)}: {mistake.reason}", "", ""


def _one_of(mistake: _Mistake) -> _Said:
    """Only of unions that ask for one key of several."""
    keys = [key for branch in mistake.wanted for key in _object(branch).get("required", ())]
    if not keys or not isinstance(mistake.given, dict):
        yield from _other(mistake)
        return
    present = [key for key in keys if key in mistake.given]
    if present:
        yield f"{_subject(mistake)} has {_listed(present, 'and')}", "they exclude one another: keep one", ""
    elif not set(keys) & set(_unknown_keys(mistake).values()):
        yield f"{_subject(mistake)} needs {_listed(keys, 'or')}", "", ""


def _any_of(mistake: _Mistake) -> _Said:
    """Only of unions that ask for at least one key of several."""
    keys = [key for branch in mistake.wanted for key in _object(branch).get("required", ())]
    if not keys or not isinstance(mistake.given, dict):
        yield from _other(mistake)
    elif not set(keys) & set(_unknown_keys(mistake).values()):
        yield f"{_subject(mistake)} needs {_listed(keys, 'or')}", "", ""


def _other(mistake: _Mistake) -> _Said:
    yield f"{_subject(mistake)}: {mistake.reason}", "", ""


def _dependent(mistake: _Mistake) -> _Said:
    for key, others in mistake.wanted.items():
        for other in others:
            if key in mistake.given and other not in mistake.given:
                about = _object(mistake.schema.get("properties", {}).get(other, {})).get("description", "")
                yield f"{_subject(mistake)} has {_quoted(key)} without {_quoted(other)}", about, ""


def _not(mistake: _Mistake) -> _Said:
    """Only of keys that mean nothing beside another key's value; the description says where they do."""
    yield f"{_subject(mistake)} means nothing here", mistake.schema.get("description", ""), ""


def _size(text: str) -> Callable[[_Mistake], _Said]:
    def said(mistake: _Mistake) -> _Said:
        yield f"{_subject(mistake)} {text.format(limit=mistake.wanted)}", "", ""

    return said


_WORDS: Final[Mapping[str, Callable[[_Mistake], _Said]]] = {
    "additionalProperties": _unknown,
    "required": _required,
    "type": _type,
    "enum": _enum,
    "pattern": _pattern,
    "format": _format,
    "oneOf": _one_of,
    "anyOf": _any_of,
    "dependentRequired": _dependent,
    "not": _not,
    "minItems": _size("needs at least {limit} entry"),
    "maxItems": _size("has more than {limit} entries"),
    "minProperties": _size("needs at least {limit} entry"),
    "minLength": _size("must not be empty"),
    "maxLength": _size("has more than {limit} characters"),
    "uniqueItems": _size("says something twice"),
    "minimum": _size("must be at least {limit}"),
    "maximum": _size("must be at most {limit}"),
}
"""The keywords that `workflow.schema.json` uses; others are worded by jsonschema."""

_RULES: Final = {"additionalProperties": "unknown-key", "required": "missing-key"}
"""What findings are filed under, where the keyword's own name says little."""

_PLAINER: Final[Mapping[str, Sequence[str]]] = {
    "format": ("type", "pattern", "minimum"),
    "pattern": ("minLength",),
    "oneOf": ("type",),
    "anyOf": ("type",),
}
"""Rules that say the same mistake better."""

_ELSEWHERE: Final[Mapping[str, Sequence[str]]] = {
    "states": ("nodes",),
    "steps": ("nodes",),
    "tasks": ("nodes", "activities"),
    "startat": ("start",),
    "if": ("when",),
    "condition": ("when",),
    "then": ("next",),
    "to": ("next",),
    "goto": ("next",),
    "else": ("default",),
    "branches": ("choices",),
    "attempts": ("maxAttempts",),
    "retries": ("maxAttempts", "retry"),
    "delay": ("interval",),
    "seconds": ("for",),
    "duration": ("for",),
    "event": ("signal",),
    "every": ("cron",),
    "time": ("cron",),
    "concurrency": ("maxConcurrency",),
    "onerror": ("catch",),
    "task": ("activity",),
    "choice": ("decision",),
    "fail": ("failed",),
    "success": ("completed",),
    "succeeded": ("completed",),
    "cancelled": ("canceled",),
}
"""What people who come from elsewhere write, in lower case, and what it is here."""

_ARTICLES: Final = {
    "object": "an object",
    "array": "an array",
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
}


def _example(mistake: _Mistake) -> str:
    """One of the schema's own, else for a list how one is written."""
    examples = mistake.schema.get("examples", ())
    if examples:
        return f"e.g. {_quoted(examples[0])}"
    return "a list stands in [ and ]" if mistake.wanted == "array" else ""


def _subject(mistake: _Mistake) -> str:
    if not mistake.path:
        return mistake.whole
    last = mistake.path[-1]
    if isinstance(last, str):
        return _quoted(last)
    array = next((token for token in reversed(mistake.path) if isinstance(token, str)), "")
    return f"entry {last + 1} of {_quoted(array)}" if array else f"entry {last + 1}"


def _quoted(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:77] + "..."


def _listed(keys: Sequence[str], word: str) -> str:
    return f" {word} ".join(_quoted(key) for key in keys)


def _nearest(given: str, candidates: Sequence[str]) -> str:
    """The candidate that was probably meant, or ""."""
    folded = {candidate.lower().replace("_", ""): candidate for candidate in candidates}
    plain = given.lower().replace("_", "").replace("-", "")
    elsewhere = [candidate for candidate in _ELSEWHERE.get(plain, ()) if candidate in candidates]
    near = [folded[plain]] if plain in folded else elsewhere or difflib.get_close_matches(given, candidates, n=1, cutoff=0.65)
    return near[0] if near else ""


def _known(keys: Sequence[str]) -> str:
    return "known here: " + ", ".join(keys) if keys else ""


def _pattern_hint(mistake: _Mistake) -> str:
    return str(mistake.schema.get("patternErrorMessage", f"it must match {mistake.wanted}"))


def _object(schema: Json) -> Mapping[str, Json]:
    return schema if isinstance(schema, dict) else {}
