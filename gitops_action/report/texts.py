"""Change every text of a report alike.

In: a value of the model and a function over texts. Out: the same value where no text changes, else one that differs in
its texts alone. Words of an enumeration are no texts.
"""

from __future__ import annotations

import re
from dataclasses import is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.report.model import Report

T = TypeVar("T")

_HALF = re.compile("[\ud800-\udfff]")


def with_texts(value: T, change: Callable[[str], str]) -> T:
    """Return the value with each of its texts changed."""
    if isinstance(value, str):
        return value if isinstance(value, Enum) or not value else cast(T, change(value))
    if isinstance(value, tuple):
        changed = tuple(with_texts(each, change) for each in value)
        is_same = all(new is old for new, old in zip(changed, value, strict=True))
        return value if is_same else cast(T, changed)
    if is_dataclass(value) and not isinstance(value, type):
        return cast(T, _changed_fields(value, change))
    return value


def _changed_fields(value: Any, change: Callable[[str], str]) -> Any:
    changes = {}
    for name in value.__dataclass_fields__:  # ``fields`` would make them anew for each row
        old = getattr(value, name)
        if not old or old is True:
            continue  # most fields of a large report are empty
        new = with_texts(old, change)
        if new is not old:
            changes[name] = new
    return replace(value, **changes) if changes else value


def cleared(report: Report, hide: Callable[[str], str]) -> Report:
    """Return the report as it may leave the run.

    It is without what the run masks in its log, for comments and files pass no runner's mask: ``hide`` is asked once
    for each different text. And it is without halves of characters, which come of file names that are no UTF-8, and
    which no file and no request can hold.
    """
    done: dict[str, str] = {}

    def clean(text: str) -> str:
        if text not in done:
            done[text] = _HALF.sub(_written_out, hide(text))
        return text if done[text] == text else done[text]

    return with_texts(report, clean)


def _written_out(half: re.Match[str]) -> str:
    return f"\\u{ord(half.group()):04x}"
