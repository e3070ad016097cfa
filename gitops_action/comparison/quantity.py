"""The API server's spelling of quantities and base64 texts, where it is certain (W-11, W-12).

In: a value of a manifest. Out: the text that the server would store, or ``None`` where that is not certain.
"""

from __future__ import annotations

import base64
import binascii
import re
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitops_action.resource.resource import Json

_QUANTITY = re.compile(r"((?:0|[1-9]\d{0,18})(?:\.\d{1,18})?)(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?", re.ASCII)
_DECIMAL = {"m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_BINARY_SUFFIX = {0: "", **{power: suffix for suffix, power in _BINARY.items()}}
_KI = 1024
_LIMIT = 2**63


def canonical_quantity(value: Json) -> str | None:
    """Return how the server writes a quantity, or ``None`` for every spelling that is not certain (W-11).

    Certain are plain decimals with a suffix, multiples of 1m and below 2^63, binary ones only if whole; exponents,
    signs and leading zeros are not.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    found = _QUANTITY.fullmatch(str(value))
    if found is None:
        return None
    suffix = found[2] or ""
    number = Fraction(found[1])
    if suffix in _BINARY:
        whole = number * _KI ** _BINARY[suffix]
        return _binary(whole.numerator) if whole.denominator == 1 and whole < _LIMIT else None
    milli = number * Fraction(10) ** (_DECIMAL[suffix] + 3)
    if milli.denominator != 1 or milli >= _LIMIT * (1000 if milli % 1000 == 0 else 1):
        return None
    return _decimal(milli.numerator)


def _decimal(milli: int) -> str:
    if milli == 0:
        return "0"
    suffix = max((name for name, power in _DECIMAL.items() if milli % 10 ** (power + 3) == 0), key=_DECIMAL.__getitem__)
    return f"{milli // 10 ** (_DECIMAL[suffix] + 3)}{suffix}"


def _binary(whole: int) -> str:
    if whole < _KI:  # the server writes these in decimal notation
        return _decimal(whole * 1000)
    power = max((power for power in _BINARY.values() if whole % _KI**power == 0), default=0)
    return f"{whole // _KI**power}{_BINARY_SUFFIX[power]}"


def canonical_base64(value: Json) -> str | None:
    """Return a base64 text as the server stores it (one line), or ``None`` where it would be refused (W-12)."""
    if not isinstance(value, str):
        return None
    try:
        decoded = base64.b64decode(value.replace("\r", "").replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(decoded).decode()
