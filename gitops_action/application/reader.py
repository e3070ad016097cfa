"""Typed reading of a YAML mapping that reports what it does not know instead of dropping it.

In: a mapping as the YAML reader gives it. Out: typed values, and problems in words that name the field's path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.resource.resource import Json, JsonObject


class FieldReader:
    """Reads the fields of one mapping; a field of the wrong type counts as absent and is a problem.

    All readers of one document share the lists ``problems`` (wrong types) and ``unknown`` (fields without meaning).
    """

    def __init__(self, value: Json, path: str, problems: list[str], unknown: list[str]) -> None:
        self._path = path
        self._problems = problems
        self._unknown = unknown
        self._fields: JsonObject = {}
        if isinstance(value, dict):
            self._fields = dict(value)
        elif value is not None:
            problems.append(f"{path or 'document'} is {_type_name(value)}, not a mapping")

    def __contains__(self, name: str) -> bool:
        """Return whether the field is there and not null."""
        return self._fields.get(name) is not None

    def text(self, name: str) -> str:
        """Return a string field; empty if absent."""
        return self._typed(name, str, "") or ""

    def number_text(self, name: str) -> str:
        """Return a field that may be written as a number or as a string, as text."""
        value = self._fields.pop(name, None)
        return "" if value is None else str(value)

    def boolean(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean field."""
        return bool(self._typed(name, bool, default))

    def integer(self, name: str, *, default: int) -> int:
        """Return an integer field."""
        return int(self._typed(name, int, default))

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of strings; empty if absent."""
        values = self._typed(name, list, [])
        wrong = [value for value in values if not isinstance(value, str)]
        if wrong:
            self._problems.append(f"{self._at(name)} holds {_type_name(wrong[0])}, not only strings")
        return tuple(value for value in values if isinstance(value, str))

    def text_map(self, name: str) -> dict[str, str]:
        """Return a mapping of strings; empty if absent."""
        values = self._typed(name, dict, {})
        wrong = [key for key, value in values.items() if not isinstance(value, str)]
        if wrong:
            self._problems.append(f"{self._at(name)}.{wrong[0]} is {_type_name(values[wrong[0]])}, not a string")
        return {key: value for key, value in values.items() if isinstance(value, str)}

    def mapping(self, name: str) -> JsonObject | None:
        """Return a mapping as it is, or ``None`` if absent."""
        value: JsonObject | None = self._typed(name, dict, None)
        return value

    def nested(self, name: str) -> FieldReader:
        """Return a reader for a mapping below; an empty one if absent."""
        return FieldReader(self._fields.pop(name, None), self._at(name), self._problems, self._unknown)

    def items(self, name: str) -> Iterator[FieldReader]:
        """Yield a reader for each mapping of a list."""
        for index, item in enumerate(self._typed(name, list, [])):
            yield FieldReader(item, f"{self._at(name)}[{index}]", self._problems, self._unknown)

    def mappings(self, name: str) -> tuple[JsonObject, ...]:
        """Return a list of mappings as they are."""
        values = self._typed(name, list, [])
        return tuple(value for value in values if isinstance(value, dict))

    def ignore(self, *names: str) -> None:
        """Take fields that are known and mean nothing to us."""
        for name in names:
            self._fields.pop(name, None)

    def finish(self) -> None:
        """Report every field that nobody asked for."""
        self._unknown.extend(self._at(name) for name in self._fields)

    def _at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def _typed(self, name: str, kind: type, default: Any) -> Any:
        value = self._fields.pop(name, None)
        if value is None:
            return default
        is_kind = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
        if not is_kind:
            self._problems.append(f"{self._at(name)} is {_type_name(value)}, not {_WORDS[kind]}")
            return default
        return value


_WORDS = {str: "a string", bool: "a boolean", int: "an integer", list: "a list", dict: "a mapping"}


def _type_name(value: Json) -> str:
    return _WORDS.get(type(value), "null" if value is None else "a number")
