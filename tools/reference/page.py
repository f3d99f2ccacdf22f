"""The page: for every object of the schemas a section with its keys, for every kind of value a paragraph, in the order of `words`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tools.reference import words
from tools.reference.terms import Schema, default_of, meaning_of, rules, taken

SCHEMAS = Path(__file__).parents[2] / "schemas"


def load(name: str) -> Schema:
    schema: Schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema


def reference() -> str:
    """The whole page. Raises: LookupError where the schemas have what `words` does not place, or the other way round."""
    parts = [words.TOP]
    for book in words.BOOKS:
        schema = load(book.schema)
        _compare(book, schema)
        parts += [book.introduction, *(_section(book, schema, path) for path in book.order)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def sections(schema: Schema) -> dict[str, Schema]:
    """Everything that has a section: the document (""), its definitions by name, objects inside them by `name.key`."""
    found = {"": schema}
    found.update(_objects("", schema))
    for name, definition in schema["$defs"].items():
        found[name] = definition
        found.update(_objects(name, definition))
    return found


def _objects(name: str, schema: Schema) -> Iterator[tuple[str, Schema]]:
    for key, inner in schema.get("properties", {}).items():
        if "properties" in inner:
            yield f"{name}.{key}", inner


def _compare(book: words.Book, schema: Schema) -> None:
    there, placed = set(sections(schema)), {path for path in book.order if path not in words.PROSE}
    if there != placed:
        raise LookupError(
            f"{book.schema}.schema.json and tools/reference/words.py differ in {sorted(there ^ placed)}: give them a place and a title"
        )


def _link(book: words.Book, path: str) -> str:
    title = book.order[path]
    shown = title if title[:2].isupper() else title[0].lower() + title[1:]
    return f"[{shown}](#{anchor(title)})"


def anchor(title: str) -> str:
    """As GitHub makes it of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _section(book: words.Book, schema: Schema, path: str) -> str:
    heading = f"### {book.order[path]}"
    if path in words.PROSE:
        return f"{heading}\n\n{words.PROSE[path].strip()}"
    described = sections(schema)[path]
    parts = [heading, described.get("description", "")]
    if "properties" in described:
        parts += [_table(book, path, described), "\n".join(_kinds(book, described))]
        said = [f"- {rule}" for rule in rules(described)]
        parts += ["\n".join(said)] if said else []
    else:
        parts += list(_value(book, path, described))
    if path in book.notes:
        parts.append(book.notes[path].strip())
    if path in book.examples:
        parts.append(f"```json\n{book.examples[path].strip()}\n```")
    return "\n\n".join(part for part in parts if part)


def _table(book: words.Book, path: str, schema: Schema) -> str:
    link = partial(_link, book)
    required = set(schema.get("required", ()))
    rows = ["| key | value | default | meaning |", "| --- | --- | --- | --- |"]
    for key, inner in schema["properties"].items():
        default, meaning = default_of(meaning_of(inner, _description(book, inner)))
        shown = "**required**" if key in required else default
        rows.append(f"| `{key}` | {taken(inner, f'{path}.{key}', link)} | {_cell(shown)} | {_cell(meaning)} |")
    return "\n".join(rows)


def _description(book: words.Book, inner: Schema) -> str:
    if "description" in inner:
        text: str = inner["description"]
        return text
    definition: dict[str, str] = load(book.schema)["$defs"][inner["$ref"].rsplit("/", 1)[1]]
    return definition["description"]


def _cell(text: str) -> str:
    """As one cell of a table; what looks like a tag is shown, outside of code too."""
    pieces = text.replace("|", "\\|").replace("\n", " ").split("`")
    return "`".join(piece if number % 2 else piece.replace("<", "&lt;") for number, piece in enumerate(pieces))


def _value(book: words.Book, path: str, schema: Schema) -> Iterator[str]:
    """A definition that is no object with keys: what it takes, where its description does not say it."""
    link = partial(_link, book)
    branches = [branch for branch in schema.get("anyOf", ()) if "$ref" in branch]
    if branches:
        yield "Takes: " + ", or ".join(taken(branch, path, link) for branch in branches) + "."
    elif schema.get("type") == "array":
        yield f"Takes: {taken(schema, path, link)}."
    if "patternErrorMessage" in schema and path not in words.SAID:
        yield f"Allowed: {schema['patternErrorMessage']}."


def _kinds(book: words.Book, schema: Schema) -> Iterator[str]:
    """Where the value of one key says which object it is."""
    for branch in schema.get("allOf", ()):
        reference = branch.get("then", {}).get("$ref")
        if reference is not None:
            ((key, condition),) = branch["if"]["properties"].items()
            yield f"- `{key}` `{json.dumps(condition['const'])}`: {_link(book, reference.rsplit('/', 1)[1])}"
