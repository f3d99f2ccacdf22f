"""What a subschema takes, in a few words of Markdown, with links to the sections that say more. Pure; knows no order and no page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

Schema: TypeAlias = Mapping[str, Any]
Link: TypeAlias = Callable[[str], str]
"""The name of a definition, or the path of an object inside one -> a Markdown link to its section."""

SWF_NAME: Final = "SWF allows no colon"
"""How the complaint about a bad SWF name begins: these strings have a section of their own."""

TEMPLATE: Final = "Any JSON value; `{% %}` in its strings holds JSONata."
"""What the descriptions of templates end with: these values have a section of their own."""

LEAST: Final = 24
"""Characters: what is shorter ("One tag.") says no more than the name of the key does."""

DEFAULT: Final = re.compile(r"\s*(?:Default: |Without it: )(?P<value>[^.]+(?:\.\d[^.]*)?)\.(?=\s|$)")


def taken(schema: Schema, path: str, link: Link) -> str:
    """`path` is where the subschema stands, for objects that are described where they are."""
    if "$ref" in schema:
        return link(schema["$ref"].rsplit("/", 1)[1])
    if "enum" in schema:
        return " \\| ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "type" not in schema:
        return link("template") if TEMPLATE in schema.get("description", "") else "any JSON value"
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(_of_kind(kind, schema, path, link) for kind in kinds)


def _of_kind(kind: str, schema: Schema, path: str, link: Link) -> str:
    match kind:
        case "string":
            return _text(schema, link)
        case "integer" | "number":
            return ("whole number" if kind == "integer" else "number") + _range(schema)
        case "boolean":
            return "`true` \\| `false`"
        case "array":
            return _list(schema, path, link)
        case "object":
            return _object(schema, path, link)
        case _:
            raise ValueError(f"no words for the type {kind!r} at {path}")


def _text(schema: Schema, link: Link) -> str:
    if schema.get("patternErrorMessage", "").startswith(SWF_NAME):
        return link("swfName")
    most = schema.get("maxLength")
    return f"text, at most {most:,} characters" if most else "text"


def _range(schema: Schema) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f", {least} to {most}" if abs(most) < 1_000_000 else ""
    return f", at least {least}" if least is not None else ""


def _list(schema: Schema, path: str, link: Link) -> str:
    items = schema.get("items")
    of = f" of {_many(items, path, link)}" if items else ""
    most = f", at most {schema['maxItems']}" if "maxItems" in schema else ""
    return f"list{of}{most}"


def _many(items: Schema, path: str, link: Link) -> str:
    one = taken(items, path, link)
    return "texts" if one.startswith("text") else one


def _object(schema: Schema, path: str, link: Link) -> str:
    if "properties" in schema:
        return link(path)
    values = schema.get("additionalProperties")
    if isinstance(values, Mapping):
        return f"object: name → {taken(values, path, link)}"
    return "object"


def default_of(description: str) -> tuple[str, str]:
    """A description -> the default that it ends with, and the rest."""
    found = DEFAULT.search(description)
    if found is None:
        return "", description
    value = found["value"].strip()
    return value, (description[: found.start()] + description[found.end() :]).strip()


def meaning_of(schema: Schema, description: str) -> str:
    """A description, without what the other columns say, and with what is said of the members of a list or object."""
    if "const" in schema:
        return "" if description == f"`{schema['const']}`." else description
    said = [description.replace(TEMPLATE, "").strip()]
    members = schema.get("items", schema.get("additionalProperties"))
    if isinstance(members, Mapping) and len(members.get("description", "")) > LEAST:
        said.append(f"Each: {members['description'][0].lower()}{members['description'][1:]}")
    return " ".join(said)


def rules(schema: Schema) -> Iterator[str]:
    """What the keys of an object have to do with each other."""
    for key, words in (("oneOf", "Exactly one of {} is given."), ("anyOf", "At least one of {} is given.")):
        groups = [branch["required"] for branch in schema.get(key, ()) if set(branch) == {"required"}]
        if groups:
            yield words.format(_listed([" with ".join(f"`{name}`" for name in group) for group in groups]))
    needs = dict(schema.get("dependentRequired", {}))
    for name, others in list(needs.items()):
        if name not in needs:
            continue
        both = [other for other in others if name in needs.get(other, ())]
        if both:
            yield f"{_listed([f'`{one}`' for one in (name, *both)], last='and')} go together."
            for other in both:
                del needs[other]
        else:
            yield f"`{name}` needs {_listed([f'`{other}`' for other in others], last='and')}."
    for branch in schema.get("allOf", ()):
        yield from _condition(branch)


def _condition(branch: Schema) -> Iterator[str]:
    conditions = branch.get("if", {}).get("properties", {})
    barred = [name for name, then in branch.get("then", {}).get("properties", {}).items() if then.get("not") == {}]
    if conditions and barred:
        ((name, condition),) = conditions.items()
        yield f"With `{name}` `{json.dumps(condition['const'])}`: no {_listed([f'`{one}`' for one in barred])}."


def _listed(names: list[str], last: str = "or") -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"
