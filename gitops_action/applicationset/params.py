"""Sets of parameters: how they are flattened, printed, combined and overridden as Argo CD's Go code does it.

In: JSON values. Out: new ones; none that is given is changed.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.resource.resource import Json

Params = dict[str, Any]
"""One set of parameters: what a template sees."""

_NOT_IN_A_NAME = re.compile(r"[^-a-z0-9.]")
_LONGEST_NAME = 253
_LARGEST_PLAIN_EXPONENT = 5
_SMALLEST_PLAIN_EXPONENT = -4


class TextMap(dict[str, str]):
    """A mapping that holds nothing but texts in Go too: ``index`` finds an empty text where a key is missing."""


def normalize(name: str) -> str:
    """Return a DNS subdomain name made of a text (APS-4)."""
    return _NOT_IN_A_NAME.sub("-", name.lower())[:_LONGEST_NAME].strip("-.")


def go_text(value: Json) -> str:
    """Return a value as Go's ``%v`` prints it."""
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case None:
            return "<nil>"
        case int() | float():
            return _number(value)
        case list():
            return "[" + " ".join(map(go_text, value)) + "]"
        case _:
            return "map[" + " ".join(f"{key}:{go_text(value[key])}" for key in sorted(value)) + "]"


def _number(value: float) -> str:
    """Return a number as Go prints a float64, for that is what its JSON reader makes of every number."""
    sign, digits, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    text = "".join(map(str, digits))
    leading = len(digits) + int(exponent) - 1
    prefix = "-" if sign else ""
    if float(value) == 0:
        return f"{prefix}0"
    if _SMALLEST_PLAIN_EXPONENT <= leading <= _LARGEST_PLAIN_EXPONENT:
        return prefix + format(Decimal(f"{text}E{exponent}"), "f")
    fraction = f".{text[1:]}" if len(text) > 1 else ""
    return f"{prefix}{text[0]}{fraction}e{'-' if leading < 0 else '+'}{abs(leading):02d}"


def flatten(params: Params) -> dict[str, Json]:
    """Return the leaves by their dotted keys; items of lists by their index; empty mappings and lists are gone."""
    return dict(_leaves(params, ""))


def _leaves(value: Json, prefix: str) -> Iterator[tuple[str, Json]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        path = f"{prefix}.{key}" if prefix else str(key)
        if isinstance(item, dict | list):
            yield from _leaves(item, path)
        else:
            yield path, item


def combined(first: Params, second: Params) -> Params:
    """Return both sets as texts; a key of both must have one value (APS-13, without Go templates)."""
    texts = {key: go_text(value) for key, value in first.items()}
    for key, value in second.items():
        text = go_text(value)
        if texts.setdefault(key, text) != text:
            raise ApplicationError(
                f"both generators of a matrix give the parameter {key}: {texts[key]!r} and {text!r}",
                remedy="Rename one of them, or set pathParamPrefix on a git generator.",
            )
    return texts


def overridden(base: Params, override: Params) -> Params:
    """Return ``base`` with ``override`` merged over it in depth (APS-13, APS-16, with Go templates).

    As Argo CD's merge library does it: a mapping is merged with a mapping, everything else replaces, empty texts, zeros
    and nulls too; an empty mapping replaces no mapping.
    """
    result: Params = TextMap(base) if _are_texts(base, override) else dict(base)
    for key, value in override.items():
        there = result.get(key)
        both = isinstance(value, dict) and isinstance(there, dict)
        result[key] = overridden(there, value) if both and there is not None else value
    return result


def _are_texts(*maps: Params) -> bool:
    return all(isinstance(each, TextMap) for each in maps)


def shown(params: Params) -> str:
    """Return a set as one line for an error, cut to what a reader can take in."""
    text = json.dumps(params, sort_keys=True, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


_LONGEST_SHOWN = 400
