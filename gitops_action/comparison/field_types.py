"""How each field of an object is merged: as the table of the built-in kinds says, or a custom kind's schema.

In: an apiVersion and kind, or a ``Schema``. Out: a ``FieldType``, which knows its fields. What nobody declares is
``UNDECLARED``. The table is made by ``tools/field_types.py`` and read when the first object asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import orjson

from gitops_action.comparison.json_path import ABSENT
from gitops_action.comparison.schema import NO_SCHEMA, Schema
from gitops_action.comparison.tables import BUILT_IN_GROUPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.resource.resource import Json, JsonObject

_EMBEDDED = {"apiVersion": "s", "kind": "s", "metadata": "@meta.v1.ObjectMeta"}


class FieldType(Protocol):
    """What is known of one field."""

    @property
    def is_declared(self) -> bool:
        """Whether anything is known."""
        ...

    @property
    def is_custom(self) -> bool:
        """Whether a custom kind's schema declares it, and not Kubernetes itself."""
        ...

    @property
    def is_map(self) -> bool:
        """Whether it is a map, with declared fields or with any names."""
        ...

    @property
    def is_struct(self) -> bool:
        """Whether it is a map with declared fields."""
        ...

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        ...

    @property
    def is_quantity(self) -> bool:
        """Whether it is a quantity, which the server writes in its own spelling."""
        ...

    @property
    def is_atomic(self) -> bool:
        """Whether a map or list is one value, which an apply replaces as a whole."""
        ...

    @property
    def is_set(self) -> bool:
        """Whether it is a list of scalars without an order of its own."""
        ...

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields by which a list's items are told apart, sorted; empty where they are not."""
        ...

    @property
    def default(self) -> Json:
        """What the schema says the server fills in; ``ABSENT`` for nothing."""
        ...

    @property
    def items(self) -> FieldType:
        """The type of a list's items."""
        ...

    def field(self, name: str) -> FieldType:
        """Return the type of a map's field."""
        ...


@dataclass(frozen=True, slots=True)
class Declared:
    """A field of a built-in kind, by its code in the table."""

    code: str

    @property
    def is_declared(self) -> bool:
        """Whether the table knows it."""
        return bool(self.code)

    @property
    def is_custom(self) -> bool:
        """Built in, or not known."""
        return False

    @property
    def is_map(self) -> bool:
        """Whether it is a map."""
        return self.code.startswith(("@", "{}", "!{}"))

    @property
    def is_struct(self) -> bool:
        """Whether its fields are declared."""
        return self.code.startswith("@")

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return self.code.startswith("[")

    @property
    def is_quantity(self) -> bool:
        """Whether it is a quantity."""
        return self.code == "q"

    @property
    def is_atomic(self) -> bool:
        """Whether it is one value."""
        if self.code.startswith("@"):
            return "!" in _table().types[self.code[1:]]
        return self.code.startswith(("[]", "!", "a"))

    @property
    def is_set(self) -> bool:
        """Whether it is a set."""
        return self.code.startswith("[set]")

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its items."""
        names = self.code[1 : self.code.index("]")] if self.is_list else ""
        return tuple(names.split(",")) if names and names != "set" else ()

    @property
    def default(self) -> Json:
        """Nothing: what the server fills into built-in kinds is no part of the table."""
        return ABSENT

    @property
    def items(self) -> FieldType:
        """The type of its items."""
        return Declared(self.code[self.code.index("]") + 1 :]) if self.is_list else UNDECLARED

    def field(self, name: str) -> FieldType:
        """Return the type of a field."""
        if self.code.startswith("@"):
            return Declared(_table().types[self.code[1:]].get(name, ""))
        return Declared(self.code.partition("{}")[2]) if self.is_map else UNDECLARED


UNDECLARED = Declared("")


@dataclass(frozen=True, slots=True)
class Custom:
    """A field of a custom kind, by its node of the schema."""

    schema: Schema

    @property
    def is_declared(self) -> bool:
        """Whether the schema says anything of it."""
        return bool(self.schema.node)

    @property
    def is_custom(self) -> bool:
        """Always."""
        return True

    @property
    def is_map(self) -> bool:
        """Whether it is a map."""
        return self.schema.node.get("type") == "object"

    @property
    def is_struct(self) -> bool:
        """Whether its fields are declared."""
        return "properties" in self.schema.node

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return self.schema.node.get("type") == "array"

    @property
    def is_quantity(self) -> bool:
        """Never: a custom kind's quantities are stored as they are written."""
        return False

    @property
    def is_atomic(self) -> bool:
        """Whether it is one value."""
        if self.is_list:
            return bool(self.schema.node.get("x-kubernetes-list-type", "atomic") == "atomic")
        return bool(self.schema.node.get("x-kubernetes-map-type") == "atomic")

    @property
    def is_set(self) -> bool:
        """Whether it is a set."""
        return self.schema.is_set

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its items."""
        is_keyed = self.schema.node.get("x-kubernetes-list-type") == "map"
        return tuple(sorted(map(str, self.schema.node.get("x-kubernetes-list-map-keys") or ()))) if is_keyed else ()

    @property
    def default(self) -> Json:
        """The schema's default."""
        return self.schema.node.get("default", ABSENT)

    @property
    def items(self) -> FieldType:
        """The type of its items."""
        return Custom(self.schema.items)

    def field(self, name: str) -> FieldType:
        """Return the type of a field; what every embedded object has is as in the built-in kinds."""
        if name in _EMBEDDED and self.schema.node.get("x-kubernetes-embedded-resource"):
            return Declared(_EMBEDDED[name])
        return Custom(self.schema.field(name))


@dataclass(frozen=True, slots=True)
class CustomKind:
    """The object of a custom kind itself, whose metadata is that of every object."""

    schema: Schema
    is_declared = is_custom = is_map = is_struct = True
    is_list = is_quantity = is_atomic = is_set = False
    keys: tuple[str, ...] = ()
    default: Json = ABSENT

    @property
    def items(self) -> FieldType:
        """Nothing: it is no list."""
        return UNDECLARED

    def field(self, name: str) -> FieldType:
        """Return the type of a field."""
        return Declared(_EMBEDDED[name]) if name in _EMBEDDED else Custom(self.schema.field(name))


def built_in(api_version: str, kind: str) -> FieldType | None:
    """Return the type of a built-in kind, for a version without an entry that of another; ``None`` for other kinds."""
    kinds = _table().kinds
    group = api_version.rpartition("/")[0]
    others = (type_ for name, type_ in kinds.items() if name.rsplit("/", 2)[0] == group and name.endswith(f"/{kind}"))
    found = kinds.get(f"{api_version}/{kind}") or (next(others, None) if group in BUILT_IN_GROUPS - {""} else None)
    return Declared(f"@{found}") if found else None


def declared_type(name: str) -> FieldType | None:
    """Return a type of the table by its name, such as ``core.v1.PodSpec``; ``None`` where there is none."""
    return Declared(f"@{name}") if name in _table().types else None


def type_of(target: JsonObject, schema: Schema | None) -> FieldType:
    """Return the type of an object; ``schema`` is that of its custom kind, where it is known."""
    return built_in(str(target.get("apiVersion")), str(target.get("kind"))) or CustomKind(schema or NO_SCHEMA)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    kinds: Mapping[str, str]
    types: Mapping[str, Mapping[str, str]]


@lru_cache(maxsize=1)
def _table() -> _Table:
    from importlib.resources import files  # noqa: PLC0415  # a comparison that a server helps with does not need it

    content = orjson.loads(files(__package__).joinpath("field_types.json").read_bytes())
    return _Table(kinds=content["kinds"], types=content["types"])
