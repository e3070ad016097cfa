"""The report as JSON, as ``schema.json`` in this package describes it.

In: a report, or the bytes of one that another job wrote. Out: the other of the two, equal in every field. What is
read is trusted in nothing: a field that is missing takes its default where it has one, and any other deviation is a
``UsageError``.
"""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args, get_type_hints

import orjson

from gitops_action.errors import UsageError
from gitops_action.report.model import SCHEMA_VERSION, Report

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def to_json(report: Report) -> bytes:
    """Return the report as one JSON document, ending with a line feed."""
    return orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def from_json(document: bytes) -> Report:
    """Read what ``to_json`` wrote.

    Raises ``UsageError`` for anything else, and for a schema version that this program does not know.
    """
    try:
        value = orjson.loads(document)
    except orjson.JSONDecodeError as error:
        raise UsageError("the report is not JSON", detail=str(error)) from error
    version = value.get("schema_version") if isinstance(value, dict) else None
    if version != SCHEMA_VERSION:
        raise UsageError(
            f"the report has schema version {version!r:.40}, and this program reads {SCHEMA_VERSION}",
            remedy="Use the same version of the action in the jobs that write reports and in the job that merges them.",
        )
    return _dataclass(Report, value, "report")


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the report."""
    return cast(dict[str, Any], orjson.loads(files("gitops_action.report").joinpath("schema.json").read_bytes()))


def _dataclass(cls: Callable[..., T], value: object, path: str) -> T:
    if not isinstance(value, dict):
        raise _mismatch(path, "an object")
    hints = _hints(cls)
    unknown = sorted(value.keys() - hints.keys())
    if unknown:
        raise UsageError(f"{path}: the report has an unknown field {unknown[0]!r:.60}")
    missing = sorted(required_fields(cls) - value.keys())
    if missing:
        raise UsageError(f"{path}: the report lacks field {missing[0]!r}")
    return cls(**{name: _value(hints[name], each, f"{path}.{name}") for name, each in value.items()})


def _value(hint: Any, value: object, path: str) -> object:
    """Return a JSON value as the type that a field declares."""
    if is_dataclass(hint):
        return _dataclass(cast(Any, hint), value, path)
    if arguments := get_args(hint):  # only tuple[X, ...] occurs
        if not isinstance(value, list):
            raise _mismatch(path, "a list")
        return tuple(_value(arguments[0], each, f"{path}[{at}]") for at, each in enumerate(value))
    if issubclass(hint, StrEnum):
        if not any(value == member.value for member in hint):
            raise _mismatch(path, f"one of {', '.join(hint)}")
        return hint(value)
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:  # a boolean is no integer here
        raise _mismatch(path, f"of type {hint.__name__}")
    return value


@cache
def _hints(cls: Any) -> dict[str, Any]:
    return get_type_hints(cls)


@cache
def required_fields(cls: Any) -> frozenset[str]:
    """Return the names of a dataclass' fields that have no default."""
    return frozenset(each.name for each in fields(cls) if each.default is MISSING and each.default_factory is MISSING)


def _mismatch(path: str, expected: str) -> UsageError:
    return UsageError(f"{path}: the report's value is not {expected}")
