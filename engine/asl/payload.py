"""Payload templates (`"x.$": "$.path"`) and JSONata strings (`{% ... %}`), as templates of ours or as one expression.

As a template wherever a template may stand, since that reads like the original; as an expression where the value is part of a larger one.
Imports `intrinsics`, `jsonata`, `paths`, `query`, `report`; imported by `nesting`, `outside`, `shaping`, `states`, `work`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.asl.intrinsics import is_intrinsic, write_call
from engine.asl.jsonata import literal, template_of
from engine.asl.paths import Sight, needed, path_of
from engine.asl.query import is_query, query_expression, query_of
from engine.asl.report import NotExpressible


def payload_template(value: Any, sight: Sight) -> Any:
    """JSONPath mode. Raises: NotExpressible."""
    match value:
        case dict():
            _once(value)
            return {key: template for name, inner in value.items() for key, template in [_member_template(name, inner, sight)]}
        case list():
            return [payload_template(inner, sight) for inner in value]
        case _:
            return plain(value)


def payload_expression(value: Any, sight: Sight) -> str:
    """JSONPath mode. Raises: NotExpressible."""
    match value:
        case dict():
            _once(value)
            members = [_member_expression(name, inner, sight) for name, inner in value.items()]
            return "{" + ", ".join(f"{literal(name)}: {source}" for name, source in members) + "}"
        case list():
            return _list(payload_expression(inner, sight) for inner in value)
        case _:
            return literal(value)


def reach(text: str, sight: Sight) -> str:
    """What a string under a key that ends in `.$` stands for, as an expression that fails where it leads nowhere."""
    return write_call(text, sight) if is_intrinsic(text) else needed(text, sight)


def reach_template(text: str, sight: Sight) -> str:
    """The same as a string of a template, which fails by itself."""
    return template_of(write_call(text, sight) if is_intrinsic(text) else path_of(text, sight))


def query_template(value: Any, sight: Sight) -> Any:
    """JSONata mode. Raises: NotExpressible."""
    match value:
        case dict():
            return {name: query_template(inner, sight) for name, inner in value.items()}
        case list():
            return [query_template(inner, sight) for inner in value]
        case str() if is_query(value):
            return template_of(query_of(value, sight))
        case _:
            return plain(value)


def query_value(value: Any, sight: Sight) -> str:
    """JSONata mode, as one expression. Raises: NotExpressible."""
    match value:
        case dict():
            return "{" + ", ".join(f"{literal(name)}: {query_value(inner, sight)}" for name, inner in value.items()) + "}"
        case list():
            return _list(query_value(inner, sight) for inner in value)
        case str() if is_query(value):
            return query_expression(value, sight)
        case _:
            return literal(value)


def plain(value: Any) -> Any:
    """A value that is meant as it stands, as a template: our braces mean nothing in it."""
    match value:
        case str() if "{%" in value:
            return f"{{% {literal(value)} %}}"
        case dict():
            return {key: plain(inner) for key, inner in value.items()}
        case list():
            return [plain(inner) for inner in value]
        case _:
            return value


def _list(sources: Iterable[str]) -> str:
    written = list(sources)
    if all(source[0] not in "$(" and not source[0].isalpha() for source in written):
        return f"[{', '.join(written)}]"
    built = "[]"
    for source in written:
        built = f"$append({built}, $asl_one({source}))"
    return built


def _once(names: Iterable[str]) -> None:
    told = [name.removesuffix(".$") for name in names]
    if len(set(told)) != len(told):
        raise NotExpressible("two values for one name")


def _member_template(name: str, value: Any, sight: Sight) -> tuple[str, Any]:
    if name.endswith(".$") and isinstance(value, str):
        return name[:-2], reach_template(value, sight)
    return name, payload_template(value, sight)


def _member_expression(name: str, value: Any, sight: Sight) -> tuple[str, str]:
    if name.endswith(".$") and isinstance(value, str):
        return name[:-2], reach(value, sight)
    return name, payload_expression(value, sight)
