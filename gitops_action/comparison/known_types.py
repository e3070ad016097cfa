"""Fields of custom kinds that hold what Kubernetes itself knows, compared by meaning (``knownTypeFields``).

In: both sides of an object, and which of its fields are of which type. Out: both with the server's own spelling there,
so that ``1024Mi`` and ``1Gi`` do not differ. A value that does not fit its type stays as it is. Never changes what is
sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from gitops_action.comparison.field_types import Declared, FieldType, declared_type
from gitops_action.comparison.quantity import canonical_quantity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.application.comparison_settings import KnownType
    from gitops_action.resource import GroupKind
    from gitops_action.resource.resource import Json, JsonObject

_QUANTITY, _DURATION = Declared("q"), Declared("duration")
_NAMED = {
    "core/Quantity": _QUANTITY,
    "core/v1/ResourceList": Declared("{}q"),
    "meta/v1/Duration": _DURATION,
}
_ROLLOUT = ("argoproj.io", "Rollout")
_TERM = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTypes:
    """The known types of all kinds."""

    entries: tuple[KnownType, ...] = ()

    def of(self, kind: GroupKind) -> dict[tuple[str, ...], FieldType]:
        """Return the type of each known field of a kind; an Argo Rollout's pods are known without being told."""
        found = {
            tuple(entry.field.split(".")): type_
            for entry in self.entries
            if (entry.group, entry.kind) == kind and (type_ := _type(entry.type)) is not None
        }
        if tuple(kind) == _ROLLOUT and not any((entry.group, entry.kind) == kind for entry in self.entries):
            pods = _type("core/v1/PodSpec")
            return {("spec", "template", "spec"): pods} if pods else {}
        return found

    def normalize(self, kind: GroupKind, side: JsonObject) -> None:
        """Write known fields of an object of the caller's own as the server would."""
        for path, type_ in self.of(kind).items():
            _at(side, path, type_)


NO_KNOWN_TYPES = KnownTypes()


def unknown_types(entries: Iterable[KnownType]) -> list[str]:
    """Return the types that are named and not known."""
    return list(dict.fromkeys(entry.type for entry in entries if _type(entry.type) is None))


def _type(name: str) -> FieldType | None:
    if name in _NAMED:
        return _NAMED[name]
    group, _, short = name.rpartition("/")
    return declared_type(f"core.v1.{short}") if group == "core/v1" else None


def _at(node: Json, path: tuple[str, ...], type_: FieldType) -> None:
    """Go down a path, into the items of every list on the way."""
    if isinstance(node, list):
        for item in node:
            _at(item, path, type_)
    elif isinstance(node, dict) and path[0] in node:
        if len(path) > 1:
            _at(node[path[0]], path[1:], type_)
        elif isinstance(node[path[0]], list) and not type_.is_list:
            node[path[0]] = [canonical_value(item, type_) for item in node[path[0]]]
        else:
            node[path[0]] = canonical_value(node[path[0]], type_)


def canonical_value(value: Json, type_: FieldType) -> Json:
    """Return a value as the server would write it: quantities and durations in their spelling, nothing empty."""
    if type_ == _DURATION:
        return _duration(value)
    if type_.is_quantity:
        return canonical_quantity(value) or value
    if isinstance(value, list) and type_.is_list:
        return [canonical_value(item, type_.items) for item in value]
    if isinstance(value, dict) and type_.is_map:
        kept = {name: canonical_value(below, type_.field(name)) for name, below in value.items()}
        return {name: below for name, below in kept.items() if not _vanishes(below, type_, name)}
    return value


def _vanishes(value: Json, parent: FieldType, name: str) -> bool:
    if not parent.is_struct:
        return False
    is_empty = isinstance(value, dict | list) and not value and not parent.field(name).is_struct
    return value is None or is_empty


def _duration(value: Json) -> Json:
    """Return a duration as Go prints it; what is none stays."""
    if not isinstance(value, str) or not value:
        return value
    sign, digits = ("-", value[1:]) if value[0] == "-" else ("", value.removeprefix("+"))
    terms = _TERM.findall(digits)
    if "".join(number + unit for number, unit in terms) != digits:
        return f"{sign}0s" if digits == "0" else value
    total = sum(Fraction(number) * _UNITS[unit] for number, unit in terms)
    return sign + _printed(int(total)) if total else "0s"


def _printed(nanoseconds: int) -> str:
    if nanoseconds < _UNITS["s"]:
        unit = next(unit for unit in ("ms", "µs", "ns") if nanoseconds >= _UNITS[unit])
        return f"{_decimal(Fraction(nanoseconds, _UNITS[unit]))}{unit}"
    minutes, rest = divmod(nanoseconds, _UNITS["m"])
    hours, minutes = divmod(minutes, 60)
    seconds = f"{_decimal(Fraction(rest, _UNITS['s']))}s"
    return f"{hours}h{minutes}m{seconds}" if hours else f"{minutes}m{seconds}" if minutes else seconds


def _decimal(value: Fraction) -> str:
    whole, rest = divmod(value, 1)
    digits = f"{int(rest * 10**9):09d}".rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)
