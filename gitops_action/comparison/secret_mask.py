"""Secrets with plus signs for values, as Argo CD shows them: the same mask for the same value (DIF-38 to DIF-41).

In: an object's sides, any of which may be absent, and annotations to mask as well. Out: their copies. A side that is no
Secret, or whose data is no map, is refused rather than shown. Values are numbered key by key in the order of the sides,
then in the order of their last applied manifests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from gitops_action.comparison.strict import canonical
from gitops_action.comparison.tables import LAST_APPLIED

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gitops_action.resource.resource import Json, JsonObject

_MASK = "++++++++"
_MORE = "++++"
_MAPS = ("data", "stringData")


class NotMaskable(ValueError):
    """What has the kind of a Secret and not its shape."""


def mask_secrets(
    sides: Sequence[JsonObject | None], *, annotations: Collection[str] = ()
) -> tuple[JsonObject | None, ...]:
    """Return the sides with masked values.

    Raises ``NotMaskable`` for data that is no map.
    """
    applied = [None if LAST_APPLIED in annotations else _applied(side) for side in sides]
    every = [side for side in (*sides, *applied) if side is not None]
    masks = _Masks()
    for side in every:
        masks.read(side, annotations)
    return tuple(
        None if side is None else _with_applied(masks.masked(side, annotations), inner, masks, annotations)
        for side, inner in zip(sides, applied, strict=True)
    )


class _Masks:
    """The mask of each value, by the place that it stands at."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], dict[bytes, str]] = {}

    def read(self, side: JsonObject, annotations: Collection[str]) -> None:
        """Give each value of a side its mask."""
        for name in _MAPS:
            values = side.get(name)
            if values is not None and not isinstance(values, dict):
                raise NotMaskable(f"{name} of the Secret is not a mapping")
            for key, value in (values or {}).items():
                self._mask("data", key, value)
        for key, value in _annotations(side).items():
            if key in annotations:
                self._mask("annotations", key, value)

    def masked(self, side: JsonObject, annotations: Collection[str]) -> JsonObject:
        """Return a side whose values are their masks."""
        whole = dict(side)
        for name in _MAPS:
            if isinstance(values := side.get(name), dict):
                whole[name] = {key: self._mask("data", key, value) for key, value in values.items()}
        own = _annotations(side)
        if any(key in annotations for key in own):
            shown = {
                key: self._mask("annotations", key, value) if key in annotations else value
                for key, value in own.items()
            }
            whole["metadata"] = {**side["metadata"], "annotations": shown}
        return whole

    def _mask(self, place: str, key: str, value: Json) -> str:
        known = self._known.setdefault((place, key), {})
        return known.setdefault(canonical(value), _MASK + _MORE * len(known))


def _annotations(side: JsonObject) -> JsonObject:
    metadata = side.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return annotations if isinstance(annotations, dict) else {}


def _applied(side: JsonObject | None) -> JsonObject | None:
    """Return the manifest that was applied last; ``None`` where there is none that can be read as a Secret."""
    text = _annotations(side or {}).get(LAST_APPLIED)
    try:
        found = orjson.loads(text) if isinstance(text, str) else None
    except orjson.JSONDecodeError:
        return None
    is_readable = isinstance(found, dict) and all(isinstance(found.get(name) or {}, dict) for name in _MAPS)
    return found if is_readable else None


def _with_applied(
    side: JsonObject, applied: JsonObject | None, masks: _Masks, annotations: Collection[str]
) -> JsonObject:
    """Put the masked manifest back; what cannot be read is a mask as a whole (DIF-40)."""
    own = _annotations(side)
    if LAST_APPLIED not in own:
        return side
    text = _MASK if applied is None else orjson.dumps(masks.masked(applied, annotations)).decode()
    return {**side, "metadata": {**side["metadata"], "annotations": {**own, LAST_APPLIED: text}}}
