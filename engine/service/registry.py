"""The registry: which domains and types there are, and every operation on them. Pure state: requests in, answers and rows out.

Requests have been validated (`model.validate`). A refused request changes nothing. Domains' tags belong to it, executions don't.
Not known of AWS, and decided here: registering or undeprecating a type in a deprecated domain is an UnknownResourceFault ("no longer
available for this operation"), and undeprecating a domain leaves its types deprecated. Imports rows, faults and paging.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, TypeVar

from msgspec.structs import replace

from engine.service.faults import Fault, invalid, type_deprecated, type_label, unknown_domain, unknown_type
from engine.service.paging import page_position, page_size, page_token
from engine.service.rows import DomainRow, Row, TypeDeleted, TypeRow

MAX_DOMAINS: Final = 100
"""Developer guide, Amazon SWF quotas: registered domains, deprecated ones included."""
MAX_TYPES: Final = 10_000
"""Developer guide, Amazon SWF quotas: workflow and activity types, 10,000 of each in a domain, deprecated ones included."""
MAX_TAGS: Final = 50
"""API reference, TagResource."""

NO_RETENTION: Final = -1
"""How a row says NONE."""

Kind: TypeAlias = Literal["workflow", "activity"]
_Request: TypeAlias = Mapping[str, Any]
_TypeKey: TypeAlias = tuple[str, str]
_PageKey: TypeAlias = tuple[str, ...]
_Method: TypeAlias = Callable[[_Request, float], "Answer"]

_DOMAIN_ARN: Final = re.compile(r"arn:[^:]*:swf:[^:]*:[^:]*:/domain/(.+)", re.DOTALL)


def domain_arn(name: str) -> str:
    """The ARN of a domain of an embedded service: its region is `local`, its account all zeros."""
    return f"arn:aws:swf:local:000000000000:/domain/{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response, and what is to be made durable before it is given."""

    body: Mapping[str, Any]
    changes: Sequence[Row] = ()


_DONE: Final[Mapping[str, Any]] = {}


class Registry:
    """All domains and types, in memory. `operations` are the ones that `call` answers."""

    def __init__(self, domains: Iterable[DomainRow] = (), types: Iterable[TypeRow] = ()) -> None:
        self._domains = {row.name: row for row in domains}
        self._types: dict[tuple[str, str], dict[_TypeKey, TypeRow]] = {}
        for row in types:
            self._of(row.kind, row.domain)[row.name, row.version] = row
        self._methods: Final[Mapping[str, _Method]] = {**self._domain_methods(), **_type_methods(self)}
        self.operations: Final = frozenset(self._methods)

    def _domain_methods(self) -> Mapping[str, _Method]:
        return {
            "RegisterDomain": self._register_domain,
            "DescribeDomain": self._describe_domain,
            "ListDomains": self._list_domains,
            "DeprecateDomain": self._deprecate_domain,
            "UndeprecateDomain": self._undeprecate_domain,
            "TagResource": self._tag_resource,
            "UntagResource": self._untag_resource,
            "ListTagsForResource": self._list_tags,
        }

    def call(self, operation: str, request: _Request, now: float) -> Answer:
        """Answer one of `operations`. Raises: Fault, and then nothing has changed."""
        return self._methods[operation](request, round(now, 3))

    # What the core asks.

    def retention_days(self, name: str) -> int:
        """For how many days the domain keeps closed executions."""
        return max(self._domains[name].retention_days, 0)

    def domain(self, name: str) -> DomainRow:
        """Raises: Fault UnknownResourceFault."""
        if name not in self._domains:
            raise unknown_domain(name)
        return self._domains[name]

    def type(self, kind: Kind, domain: str, name: str, version: str) -> TypeRow:
        """A type, deprecated or not. Raises: Fault UnknownResourceFault, for the domain or for the type."""
        self.domain(domain)
        row = self._of(kind, domain).get((name, version))
        if row is None:
            raise unknown_type(kind, name, version)
        return row

    def _of(self, kind: str, domain: str) -> dict[_TypeKey, TypeRow]:
        return self._types.setdefault((kind, domain), {})

    def _usable_domain(self, name: str) -> DomainRow:
        domain = self.domain(name)
        if domain.status == "DEPRECATED":
            raise Fault("UnknownResourceFault", f"Unknown domain: {name} (it is deprecated; UndeprecateDomain makes it available again)")
        return domain

    # Domains.

    def _register_domain(self, request: _Request, _now: float) -> Answer:
        name = request["name"]
        if name in self._domains:
            raise Fault("DomainAlreadyExistsFault", name)
        if len(self._domains) >= MAX_DOMAINS:
            raise Fault("LimitExceededFault", f"There are {MAX_DOMAINS} domains already, and there can't be more")
        days = request["workflowExecutionRetentionPeriodInDays"]
        return self._put_domain(
            DomainRow(
                name=name,
                status="REGISTERED",
                description=request.get("description", ""),
                retention_days=NO_RETENTION if days == "NONE" else int(days),
                tags=_with_tags({}, request.get("tags", ())),
            )
        )

    def _describe_domain(self, request: _Request, _now: float) -> Answer:
        domain = self.domain(request["name"])
        days = "NONE" if domain.retention_days == NO_RETENTION else str(domain.retention_days)
        return Answer(body={"domainInfo": _domain_info(domain), "configuration": {"workflowExecutionRetentionPeriodInDays": days}})

    def _list_domains(self, request: _Request, now: float) -> Answer:
        rows: dict[_PageKey, DomainRow] = {
            (row.name,): row for row in self._domains.values() if row.status == request["registrationStatus"]
        }
        page, more = _page("ListDomains", request, rows, now)
        return Answer(body={"domainInfos": [_domain_info(row) for row in page], **more})

    def _deprecate_domain(self, request: _Request, now: float) -> Answer:
        """API reference, DeprecateDomain: also deprecates all activity and workflow types registered in the domain."""
        domain = self.domain(request["name"])
        if domain.status == "DEPRECATED":
            raise Fault("DomainDeprecatedFault", domain.name)
        changes: list[Row] = list(self._put_domain(replace(domain, status="DEPRECATED")).changes)
        types = [row for kind in ("workflow", "activity") for row in self._of(kind, domain.name).values() if row.status == "REGISTERED"]
        changes.extend(self.put_type(replace(row, status="DEPRECATED", deprecated=now)) for row in types)
        return Answer(body=_DONE, changes=changes)

    def _undeprecate_domain(self, request: _Request, _now: float) -> Answer:
        domain = self.domain(request["name"])
        if domain.status == "REGISTERED":
            raise Fault("DomainAlreadyExistsFault", domain.name)
        return self._put_domain(replace(domain, status="REGISTERED"))

    def _put_domain(self, row: DomainRow) -> Answer:
        self._domains[row.name] = row
        return Answer(body=_DONE, changes=(row,))

    # Tags of domains.

    def _tag_resource(self, request: _Request, _now: float) -> Answer:
        domain = self._tagged(request)
        return self._put_domain(replace(domain, tags=_with_tags(domain.tags, request["tags"])))

    def _untag_resource(self, request: _Request, _now: float) -> Answer:
        domain = self._tagged(request)
        gone = frozenset(request["tagKeys"])
        return self._put_domain(replace(domain, tags={key: value for key, value in domain.tags.items() if key not in gone}))

    def _list_tags(self, request: _Request, _now: float) -> Answer:
        return Answer(body={"tags": [{"key": key, "value": value} for key, value in self._tagged(request).tags.items()]})

    def _tagged(self, request: _Request) -> DomainRow:
        found = _DOMAIN_ARN.fullmatch(request["resourceArn"])
        if found is None:
            raise invalid(f"Invalid resourceArn: {request['resourceArn']} (only domains have tags, with ARNs like {domain_arn('NAME')})")
        return self.domain(found[1])

    # Types; `_type_methods` says which operation is which of these.

    def register_type(self, kind: Kind, request: _Request, now: float) -> Answer:
        domain = self._usable_domain(request["domain"])
        types = self._of(kind, domain.name)
        key = request["name"], request["version"]
        if key in types:
            raise Fault("TypeAlreadyExistsFault", type_label(kind, *key))
        if len(types) >= MAX_TYPES:
            raise Fault("LimitExceededFault", f"Domain {domain.name} has {MAX_TYPES} {kind} types already, and it can't have more")
        row = TypeRow(
            kind=kind,
            domain=domain.name,
            name=key[0],
            version=key[1],
            status="REGISTERED",
            description=request.get("description", ""),
            created=now,
            deprecated=0.0,
            defaults={member: value for member, value in request.items() if member.startswith("default")},
        )
        return Answer(body=_DONE, changes=(self.put_type(row),))

    def describe_type(self, kind: Kind, request: _Request, _now: float) -> Answer:
        row = self._named(kind, request)
        return Answer(body={"typeInfo": _type_info(row), "configuration": dict(row.defaults)})

    def list_types(self, kind: Kind, request: _Request, now: float) -> Answer:
        self.domain(request["domain"])
        status, name = request["registrationStatus"], request.get("name", "")
        types = self._of(kind, request["domain"])
        rows: dict[_PageKey, TypeRow] = {key: row for key, row in types.items() if row.status == status and name in ("", row.name)}
        page, more = _page(f"List{kind.capitalize()}Types", request, rows, now)
        return Answer(body={"typeInfos": [_type_info(row) for row in page], **more})

    def deprecate_type(self, kind: Kind, request: _Request, now: float) -> Answer:
        row = self._named(kind, request)
        if row.status == "DEPRECATED":
            raise type_deprecated(kind, row.name, row.version)
        return Answer(body=_DONE, changes=(self.put_type(replace(row, status="DEPRECATED", deprecated=now)),))

    def undeprecate_type(self, kind: Kind, request: _Request, _now: float) -> Answer:
        row = self._named(kind, request)
        if row.status == "REGISTERED":
            raise Fault("TypeAlreadyExistsFault", type_label(kind, row.name, row.version))
        self._usable_domain(row.domain)
        return Answer(body=_DONE, changes=(self.put_type(replace(row, status="REGISTERED", deprecated=0.0)),))

    def delete_type(self, kind: Kind, request: _Request, _now: float) -> Answer:
        row = self._named(kind, request)
        if row.status == "REGISTERED":
            raise Fault("TypeNotDeprecatedFault", type_label(kind, row.name, row.version))
        del self._of(kind, row.domain)[row.name, row.version]
        return Answer(body=_DONE, changes=(TypeDeleted(kind=kind, domain=row.domain, name=row.name, version=row.version),))

    def put_type(self, row: TypeRow) -> TypeRow:
        self._of(row.kind, row.domain)[row.name, row.version] = row
        return row

    def _named(self, kind: Kind, request: _Request) -> TypeRow:
        named = request[f"{kind}Type"]
        return self.type(kind, request["domain"], named["name"], named["version"])


def _type_methods(registry: Registry) -> Mapping[str, _Method]:
    methods: dict[str, _Method] = {}
    for kind in ("workflow", "activity"):
        _bind(methods, kind, registry)
    return methods


def _bind(methods: dict[str, _Method], kind: Kind, registry: Registry) -> None:
    """The six operations on one kind of type."""
    title = kind.capitalize()
    methods[f"Register{title}Type"] = lambda request, now: registry.register_type(kind, request, now)
    methods[f"Describe{title}Type"] = lambda request, now: registry.describe_type(kind, request, now)
    methods[f"List{title}Types"] = lambda request, now: registry.list_types(kind, request, now)
    methods[f"Deprecate{title}Type"] = lambda request, now: registry.deprecate_type(kind, request, now)
    methods[f"Undeprecate{title}Type"] = lambda request, now: registry.undeprecate_type(kind, request, now)
    methods[f"Delete{title}Type"] = lambda request, now: registry.delete_type(kind, request, now)


def _domain_info(row: DomainRow) -> Mapping[str, Any]:
    described = {"description": row.description} if row.description else {}
    return {"name": row.name, "status": row.status, **described, "arn": domain_arn(row.name)}


def _type_info(row: TypeRow) -> Mapping[str, Any]:
    info: dict[str, Any] = {f"{row.kind}Type": {"name": row.name, "version": row.version}, "status": row.status}
    if row.description:
        info["description"] = row.description
    info["creationDate"] = row.created
    if row.status == "DEPRECATED":
        info["deprecationDate"] = row.deprecated
    return info


def _with_tags(tags: Mapping[str, str], added: Iterable[Mapping[str, str]]) -> Mapping[str, str]:
    """Raises: Fault TooManyTagsFault, or ValidationException where a key is given twice."""
    result = dict(tags)
    seen: set[str] = set()
    for tag in added:
        if tag["key"] in seen:
            raise invalid(f"Invalid tags: the key {tag['key']} is given twice")
        seen.add(tag["key"])
        result[tag["key"]] = tag.get("value", "")
    if len(result) > MAX_TAGS:
        raise Fault("TooManyTagsFault", f"A domain can have {MAX_TAGS} tags, and this would make {len(result)}")
    return result


_R = TypeVar("_R", DomainRow, TypeRow)


def _page(operation: str, request: _Request, rows: Mapping[_PageKey, _R], now: float) -> tuple[Sequence[_R], Mapping[str, str]]:
    """One page of rows in the order of their keys (API reference: ascending alphabetical order by name), and where the next one is."""
    backwards = request.get("reverseOrder", False)
    position = tuple(str(part) for part in page_position(operation, request, now))
    keys = sorted(rows, reverse=backwards)
    if position:
        keys = [key for key in keys if (key < position if backwards else key > position)]
    size = page_size(request)
    more = {"nextPageToken": page_token(operation, request, keys[size - 1], now)} if len(keys) > size else {}
    return [rows[key] for key in keys[:size]], more
