"""No secret in what is shown: Secrets key by key, and whatever else looks like a credential.

In: the two sides of a diff, or a text of the server. Out: copies whose secret values are words that tell only whether a
value came, went or changed. Conservative: a name or a value that looks like a credential is hidden; that something
changed is never hidden. Rules: DIF-38 to DIF-41.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING

from gitops_action.comparison.credentials import hide_credentials, hide_shapes, is_credential_name, looks_harmless
from gitops_action.comparison.strict import canonical
from gitops_action.comparison.tables import LAST_APPLIED

if TYPE_CHECKING:
    from collections.abc import Collection

    from gitops_action.resource import Resource
    from gitops_action.resource.resource import Json, JsonObject

UNCHANGED = "(unchanged)"
ADDED = "(added)"
REMOVED = "(removed)"
OLD = "(old value)"
NEW = "(new value)"
HIDDEN = "(hidden)"
_SHORT = 4
"""Values shorter than this are hidden in texts only where they stand in quotes: else half of every text would go."""


class _Absent:
    """What is not there, as opposed to ``null``."""


ABSENT = _Absent()
_SECRET_MAPS = ("data", "stringData")


def mask_pair(
    live: JsonObject | None, predicted: JsonObject | None, *, annotations: Collection[str] = ()
) -> tuple[JsonObject | None, JsonObject | None]:
    """Return both sides with their secrets as words; ``annotations`` are masked in Secrets as well (DIF-39)."""
    numbers: dict[str, int] = {}
    old, new = (ABSENT if side is None else _without_managers(side) for side in (live, predicted))
    if any(side is not None and _is_secret(side) for side in (live, predicted)):
        masked = _masked_secret(old, new, annotations, numbers)
    else:
        masked = _masked(old, new, numbers)
    return (None if live is None else masked[0]), (None if predicted is None else masked[1])


def _without_managers(side: JsonObject) -> JsonObject:
    """Leave out who manages which field: nobody is shown that, and it is half of an object."""
    metadata = side.get("metadata")
    if not isinstance(metadata, dict) or "managedFields" not in metadata:
        return side
    return {**side, "metadata": {name: value for name, value in metadata.items() if name != "managedFields"}}


def secret_values(resource: Resource, *, annotations: Collection[str] = ()) -> frozenset[str]:
    """Return the texts that must not be shown of an object: a Secret's values as stored and decoded, credentials."""
    found: set[str] = set()
    if _is_secret(resource.object):
        for name in _SECRET_MAPS:
            values = resource.object.get(name)
            for value in values.values() if isinstance(values, dict) else ():
                found.update(_spellings(value))
        for name in annotations:
            found.update(_spellings(resource.annotations.get(name)))
    else:
        _collect_credentials(resource.object, found)
    return frozenset(found - {""})


def scrub(text: str, secrets: Collection[str]) -> str:
    """Return a text of the server without these values, and without what looks like a credential by itself."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(f'"{secret}"', f'"{HIDDEN}"')
        if len(secret) >= _SHORT:
            text = text.replace(secret, HIDDEN)
    return hide_shapes(text, {})


def _is_secret(side: JsonObject) -> bool:
    return side.get("kind") == "Secret" and side.get("apiVersion") == "v1"


def _masked(old: Json, new: Json, numbers: dict[str, int]) -> tuple[Json, Json]:
    """Mask two values that stand at the same place; either may be absent."""
    if isinstance(old, dict) or isinstance(new, dict):
        return _masked_map(old, new, numbers)
    if isinstance(old, list) or isinstance(new, list):
        return _masked_list(old, new, numbers)
    return _hidden(old, numbers), _hidden(new, numbers)


def _masked_map(old: Json, new: Json, numbers: dict[str, int]) -> tuple[Json, Json]:
    if not isinstance(old, dict | _Absent) or not isinstance(new, dict | _Absent):
        return _masked(old, ABSENT, numbers)[0], _masked(ABSENT, new, numbers)[1]
    is_variable = is_credential_name(_name_of(old)) or is_credential_name(_name_of(new))
    before, after = _members(old), _members(new)
    masked_old: JsonObject = {}
    masked_new: JsonObject = {}
    for name in dict.fromkeys((*before, *after)):
        first, second = before.get(name, ABSENT), after.get(name, ABSENT)
        if name == LAST_APPLIED or is_credential_name(name) or (is_variable and name == "value"):
            first, second = _words_of_texts(first, second, numbers)
        else:
            first, second = _masked(first, second, numbers)
        if first is not ABSENT:
            masked_old[name] = first
        if second is not ABSENT:
            masked_new[name] = second
    return (old if old is ABSENT else masked_old), (new if new is ABSENT else masked_new)


def _masked_list(old: Json, new: Json, numbers: dict[str, int]) -> tuple[Json, Json]:
    """Mask items with a name by name, others by position."""
    if not isinstance(old, list | _Absent) or not isinstance(new, list | _Absent):
        return _masked(old, ABSENT, numbers)[0], _masked(ABSENT, new, numbers)[1]
    first = _by_name([] if isinstance(old, _Absent) else old)
    second = _by_name([] if isinstance(new, _Absent) else new)
    pairs = {
        name: _masked(first.get(name, ABSENT), second.get(name, ABSENT), numbers)
        for name in dict.fromkeys((*first, *second))
    }
    return (
        old if isinstance(old, _Absent) else [pairs[name][0] for name in first],
        new if isinstance(new, _Absent) else [pairs[name][1] for name in second],
    )


def _by_name(items: list[Json]) -> dict[object, Json]:
    names = [_name_of(item) for item in items]
    if all(names) and len(set(names)) == len(names):
        return dict(zip(names, items, strict=True))
    return dict(enumerate(items))


def _words_of_texts(old: Json, new: Json, numbers: dict[str, int]) -> tuple[Json, Json]:
    """Hide texts behind words; what is no text, or surely none of a credential, is masked as anything else."""
    if _is_hidden(old) and _is_hidden(new):
        return _words(old, new)
    if _is_hidden(old):
        masked_old = REMOVED if new is ABSENT else OLD
    else:
        masked_old, _ = _masked(old, ABSENT, numbers)
    if _is_hidden(new):
        masked_new = ADDED if old is ABSENT else NEW
    else:
        _, masked_new = _masked(ABSENT, new, numbers)
    return masked_old, masked_new


def _is_hidden(value: Json) -> bool:
    return isinstance(value, str) and not looks_harmless(value)


def _words(old: Json, new: Json) -> tuple[Json, Json]:
    if old is ABSENT:
        return ABSENT, ADDED
    if new is ABSENT:
        return REMOVED, ABSENT
    return (UNCHANGED, UNCHANGED) if canonical(old) == canonical(new) else (OLD, NEW)


def _masked_secret(old: Json, new: Json, annotations: Collection[str], numbers: dict[str, int]) -> tuple[Json, Json]:
    """Mask a Secret: its maps key by key whatever the names, an annotation of the settings as a whole."""
    masked_old, masked_new = _masked(old, new, numbers)
    for name in _SECRET_MAPS:
        first, second = _members(old).get(name, ABSENT), _members(new).get(name, ABSENT)
        _put(masked_old, masked_new, name, _masked_values(first, second))
    for annotation in annotations:
        first, second = (_members(_at(side, "metadata", "annotations")).get(annotation, ABSENT) for side in (old, new))
        if first is not ABSENT or second is not ABSENT:
            places = [_at(side, "metadata", "annotations") for side in (masked_old, masked_new)]
            _put(places[0], places[1], annotation, _words(first, second))
    return masked_old, masked_new


def _masked_values(old: Json, new: Json) -> tuple[Json, Json]:
    """Mask the values of a Secret's map; what is no map is hidden as a whole (DIF-41)."""
    if any(value is not ABSENT and value is not None and not isinstance(value, dict) for value in (old, new)):
        return _words(old, new)
    pairs = {
        name: _words(_members(old).get(name, ABSENT), _members(new).get(name, ABSENT))
        for name in dict.fromkeys((*_members(old), *_members(new)))
    }
    return (
        {name: pairs[name][0] for name in _members(old)} if isinstance(old, dict) else old,
        {name: pairs[name][1] for name in _members(new)} if isinstance(new, dict) else new,
    )


def _put(old: Json, new: Json, name: str, values: tuple[Json, Json]) -> None:
    for side, value in zip((old, new), values, strict=True):
        if isinstance(side, dict) and value is not ABSENT:
            side[name] = value


def _at(value: Json, *path: str) -> Json:
    for name in path:
        value = _members(value).get(name)
    return value


def _members(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _name_of(value: Json) -> str:
    name = _members(value).get("name")
    return name if isinstance(name, str) else ""


def _hidden(value: Json, numbers: dict[str, int]) -> Json:
    return hide_credentials(value, numbers) if isinstance(value, str) else value


def _spellings(value: Json) -> set[str]:
    """Return a Secret's value as stored and as decoded; each of its lines, for messages quote lines."""
    if not isinstance(value, str):
        return {str(value)} if value is not None else set()
    found = {value}
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        return found
    escaped = json.dumps(decoded, ensure_ascii=False)[1:-1]
    return found | {decoded, escaped} | {line.strip() for line in decoded.splitlines() if len(line.strip()) >= _SHORT}


def _collect_credentials(value: Json, found: set[str]) -> None:
    if isinstance(value, dict):
        is_variable = is_credential_name(_name_of(value))
        for name, below in value.items():
            if isinstance(below, str) and (is_credential_name(name) or (is_variable and name == "value")):
                if not looks_harmless(below):
                    found.add(below)
            else:
                _collect_credentials(below, found)
    elif isinstance(value, list):
        for item in value:
            _collect_credentials(item, found)
