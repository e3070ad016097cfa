"""Plain scalars as go-yaml v2 resolves them, and as Go's JSON encoder then writes them.

In: a scalar's text and its tag. Out: ``None``, a boolean, a number or the text itself; for mapping keys always text.
Never looks at the document around the scalar. YAML 1.1 booleans, octal numbers and `1_000` count, dates and base 60
do not; a float without a fraction comes out as an integer, for that is what its JSON says.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import math
import re
import struct
from typing import Final, TypeAlias

Scalar: TypeAlias = "bool | int | float | str | None"

_PREFIX: Final = "tag:yaml.org,2002:"
_STR, _BOOL, _INT, _FLOAT, _NULL, _TIMESTAMP, _BINARY = (
    _PREFIX + name for name in ("str", "bool", "int", "float", "null", "timestamp", "binary")
)
MERGE_TAG: Final = _PREFIX + "merge"
_RESOLVABLE: Final = frozenset({"", _STR, _BOOL, _INT, _FLOAT, _NULL, _TIMESTAMP})

_WORDS: Final[dict[str, tuple[str, Scalar]]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), (_BOOL, True)),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), (_BOOL, False)),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), (_NULL, None)),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), (_FLOAT, math.nan)),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), (_FLOAT, math.inf)),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), (_FLOAT, -math.inf)),
}
SPECIAL_FIRST: Final = frozenset("+-.0123456789yYnNtTfFoO~")
"""The first characters of all plain scalars that can be anything but text."""

_INTEGER: Final = re.compile(
    r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))|(0b)([-+]?)([01]+)"
)
_NUMBER: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPACED: Final = re.compile(r"\.[0-9]+(_[0-9]+)*([eE][-+]?[0-9]+(_[0-9]+)*)?")
"""What begins with a point may have ``_`` between digits only; elsewhere they count nowhere."""
_DIGITS_LIMIT: Final = 80
"""No 64-bit integer has more digits, in any base; leading zeros aside."""
_DATE: Final = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:[Tt ]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(?:(?<=[0-9])Z|[-+][0-9]{2}:[0-9]{2})?)?"
)


class ScalarError(ValueError):
    """A scalar that Go cannot read, or that JSON cannot hold; the message says why."""


def resolve(tag: str, text: str) -> Scalar:
    """Return the JSON value of a plain or tagged scalar; ``tag`` is empty where the document gives none."""
    value = _typed(tag, text)
    if isinstance(value, float):
        return _json_number(value)
    return value


def is_text(text: str) -> bool:
    """Return whether a plain scalar is read as itself."""
    return (text != "" and text[0] not in SPECIAL_FIRST) or _untagged(text)[0] == _STR


def key_text(tag: str, text: str) -> str:
    """Return the JSON object key that a plain or tagged scalar becomes."""
    match _typed(tag, text):
        case None:
            raise ScalarError("null cannot be a key")
        case bool() as value:
            return "true" if value else "false"
        case int() as value if value < 1 << 63:
            return str(value)
        case int():
            raise ScalarError(f"the number {text} is too large for a key")
        case float() as value:
            return _float_key(value)
        case str() as value:
            return value


def _typed(tag: str, text: str) -> Scalar:
    if tag not in _RESOLVABLE:
        return _binary(text) if tag == _BINARY else text
    if tag == _STR:
        return text
    found, value = _untagged(text)
    if tag in ("", found):
        return value
    if tag == _FLOAT and found == _INT and isinstance(value, int) and value < 1 << 63:
        return float(value)
    if tag == _TIMESTAMP and found == _STR and _is_timestamp(text):
        return text
    raise ScalarError(f"cannot decode {_short(found)} {text[:40]!r} as a {_short(tag)}")


def _untagged(text: str) -> tuple[str, Scalar]:
    if (word := _WORDS.get(text)) is not None:
        return word
    first = text[0]
    if first == ".":
        return _float(text.replace("_", "") if _SPACED.fullmatch(text) else text, text)
    if first in "+-0123456789":
        digits = text.replace("_", "")
        number = _integer(digits)
        return (_INT, number) if number is not None else _float(digits, text)
    return _STR, text


def _integer(digits: str) -> int | None:
    if len(digits) > _DIGITS_LIMIT and len(digits.lstrip("+-0xXbBoO")) > _DIGITS_LIMIT:
        return None
    match = _INTEGER.fullmatch(digits)
    if match is None:
        return None
    sign, hexadecimal, binary, octal, decimal, late_binary, late_sign, late_digits = match.groups()
    if late_binary:
        sign, binary = late_sign, late_digits
    if decimal:
        number = int(decimal)
    elif octal:
        number = int(octal, 8)
    else:
        number = int(hexadecimal, 16) if hexadecimal else int(binary, 2)
    if sign == "-":
        return -number if number <= 1 << 63 else None
    return number if number < 1 << (63 if sign else 64) else None


def _float(digits: str, text: str) -> tuple[str, Scalar]:
    if _NUMBER.fullmatch(digits):
        value = float(digits)
        if not math.isinf(value):
            return _FLOAT, value
    return _STR, text


def _json_number(value: float) -> Scalar:
    if not math.isfinite(value):
        raise ScalarError(f"{value} cannot be written as JSON")
    # What is larger than an int64 stays a float: so the API server reads it too.
    return int(value) if value.is_integer() and abs(value) < 1 << 63 else value


def number_of_json(text: str) -> Scalar:
    """Return the value of a number in a JSON text, read by the same rules."""
    return resolve("", text)


def _is_timestamp(text: str) -> bool:
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)
    except ValueError:
        return False
    return True


def _binary(text: str) -> str:
    try:
        data = base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ScalarError("!!binary value contains invalid base64 data") from error
    return data.decode("utf-8", errors="replace")


def _float_key(value: float) -> str:
    """Write a float as Go's ``FormatFloat(value, 'g', -1, 32)`` does."""
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else (".inf" if value > 0 else "-.inf")
    try:
        single = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return ".inf" if value > 0 else "-.inf"
    if single == 0:
        return "-0" if math.copysign(1, single) < 0 else "0"
    shortest = next(
        text
        for precision in range(9)
        if struct.pack("<f", float(text := f"{single:.{precision}e}")) == struct.pack("<f", single)
    )
    mantissa, _, exponent = shortest.partition("e")
    power = int(exponent)
    if -4 <= power < 6:
        places = max(0, len(mantissa.lstrip("-").replace(".", "")) - 1 - power)
        return f"{float(shortest):.{places}f}"
    return f"{mantissa}e{'-' if power < 0 else '+'}{abs(power):02d}"


def _short(tag: str) -> str:
    return "!!" + tag.removeprefix(_PREFIX)
