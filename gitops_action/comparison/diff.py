"""Two sides of an object → the lines that changed, each under its path.

In: objects, already masked. Out: a unified diff of YAML without file headers. What comes or goes as a whole is shown
as a whole; else only changed fields are, with the enclosing path as the hunk's header. Time is bounded by the size.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, TypeAlias

from gitops_action.comparison.mask import UNCHANGED
from gitops_action.comparison.strict import same
from gitops_action.comparison.tables import LAST_APPLIED
from gitops_action.comparison.yaml_place import enclosing
from gitops_action.resource.yaml_dump import dump

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitops_action.resource.resource import Json, JsonObject

_CONTEXT = 3
_EXACT_LINES = 3000
"""Changed lines of both sides up to which they are matched line by line."""
_LONG_LINE = 1000
"""Characters of a line that are shown; a longer one ends in a digest of the whole."""
_FIRST_KEYS = {"apiVersion": 0, "kind": 1, "metadata": 2}
_NOISE = ("managedFields", "resourceVersion", "generation", "creationTimestamp", "uid", "selfLink")
_ITEM_KEYS = (
    ("name",),
    ("metadata.name",),
    ("mountPath",),
    ("devicePath",),
    ("containerPort",),
    ("containerPort", "protocol"),
    ("port",),
    ("port", "protocol"),
    ("key",),
    ("type",),
    ("ip",),
    ("topologyKey",),
    ("uid",),
    ("kind", "name"),
)
"""Fields by which items of lists are told apart, in the order in which they are tried."""
_DOCUMENT_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class DiffText:
    """A diff and how many lines it adds and removes."""

    text: str
    added: int
    removed: int


def unified(live: JsonObject | None, new: JsonObject | None) -> DiffText:
    """Return the diff from live to what the sync would leave; ``None`` is a side that does not exist."""
    before, after = shown(live), shown(new)
    if before is None or after is None:
        sign, side = ("+", after) if before is None else ("-", before)
        lines = [] if side is None else [sign + line for line in _yaml(side)]
    else:
        lines = list(_map(before, after, ""))
    return DiffText(
        text="".join(f"{line}\n" for line in lines),
        added=sum(line.startswith("+") for line in lines),
        removed=sum(line.startswith("-") for line in lines),
    )


def shown(side: JsonObject | None) -> JsonObject | None:
    """Return an object without what only the server writes, top-level keys in the usual order."""
    if side is None:
        return None
    metadata = {name: value for name, value in (side.get("metadata") or {}).items() if name not in _NOISE}
    annotations = metadata.get("annotations")
    if isinstance(annotations, dict) and LAST_APPLIED in annotations:
        others = {name: value for name, value in annotations.items() if name != LAST_APPLIED}
        metadata = {**metadata, "annotations": others} if others else _less(metadata, "annotations")
    kept = {name: value for name, value in side.items() if name not in ("metadata", "status")}
    ordered: JsonObject = _ordered({**kept, "metadata": metadata})
    return ordered


def _less(value: JsonObject, name: str) -> JsonObject:
    return {key: below for key, below in value.items() if key != name}


def _ordered(value: Json) -> Any:
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value, key=lambda n: (_FIRST_KEYS.get(n, 3), n))}
    return [_ordered(item) for item in value] if isinstance(value, list) else value


def _map(old: JsonObject, new: JsonObject, path: str) -> Iterator[str]:
    """Yield the hunk of a map's own fields, then the hunks below it."""
    names = sorted({*old, *new}, key=lambda name: (_FIRST_KEYS.get(name, 3), name))
    below: list[str] = []
    own: list[str] = []
    is_changed = False
    for name in names:
        if name in old and name in new:
            if same(old[name], new[name]):
                own += _signed(" ", {name: new[name]}) if new[name] == UNCHANGED else []
                continue
            nested = _nested(old[name], new[name], _join(path, name))
            if nested is not None:
                below += nested
                continue
        is_changed = True
        own += _signed("-", {name: old[name]}) if name in old else []
        own += _signed("+", {name: new[name]}) if name in new else []
    if is_changed:
        yield f"@@ {path or 'top level'} @@"
        yield from own
    yield from below


def _nested(old: Json, new: Json, path: str) -> list[str] | None:
    """Return the hunks of two values that can be told apart inside, ``None`` where they are shown as wholes."""
    if isinstance(old, dict) and isinstance(new, dict) and old and new:
        return list(_map(old, new, path))
    if isinstance(old, list) and isinstance(new, list) and old and new:
        return list(_list(old, new, path))
    if isinstance(old, str) and isinstance(new, str):
        return _texts(old, new, path)
    return None


def _texts(old: str, new: str, path: str) -> list[str] | None:
    """Return the hunks of two texts that are documents or have lines, ``None`` where they are shown as wholes."""
    if "\n" in old and "\n" in new:
        return list(_lines(old.split("\n"), new.split("\n"), path, is_yaml=path.endswith((".yaml", ".yml"))))
    first, second = _document(old), _document(new)
    if first and second and first != second:
        return list(_lines(first, second, f"{path} (JSON)"))
    return None


def _document(text: str) -> list[str]:
    """Return the lines of a JSON document as people write it; none for any other text."""
    if not text.lstrip().startswith(("{", "[")) or len(text) > _DOCUMENT_LIMIT:
        return []
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return json.dumps(value, indent=2, ensure_ascii=False).split("\n")


def _list(old: list[Json], new: list[Json], path: str) -> Iterator[str]:
    """Yield the hunks of lists: item by item where items have a key and keep their order, else line by line."""
    first, second = by_key(old), by_key(new)
    if first is None or second is None or not keeps_order(first, second):
        yield from _lines(_yaml(old), _yaml(new), path)
        return
    gone = [[first[key]] for key in first if key not in second]
    come = [[second[key]] for key in second if key not in first]
    if gone or come:
        yield f"@@ {path} @@"
        for items, sign in ((gone, "-"), (come, "+")):
            for item in items:
                yield from _signed(sign, item)
    for key in second:
        if key in first and not same(first[key], second[key]):
            yield from _map(first[key], second[key], f"{path}[{key}]")


def by_key(items: list[Json]) -> dict[str, JsonObject] | None:
    """Return items by the first key field that all have and that tells them apart."""
    if not all(isinstance(item, dict) for item in items):
        return None
    for names in _ITEM_KEYS:
        values = [[_at(item, name) for name in names] for item in items]
        if not all(isinstance(v, str | int) for each in values for v in each):
            continue
        keyed = {"/".join(map(str, each)): item for each, item in zip(values, items, strict=True)}
        if len(keyed) == len(items):
            return keyed
    return None


def _at(item: JsonObject, path: str) -> Json:
    value: Json = item
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def keeps_order(first: Iterable[str], second: Iterable[str]) -> bool:
    """Return whether what both have stands in the same order."""
    first, second = list(first), list(second)
    common = set(first) & set(second)
    return [key for key in first if key in common] == [key for key in second if key in common]


def _lines(old: list[str], new: list[str], path: str, *, is_yaml: bool = False) -> Iterator[str]:
    """Yield a line diff with context; very long ones are one removal and one addition between equal ends.

    The header of a hunk of YAML also names the keys around its first change.
    """
    start = _common(old, new)
    end = min(_common(old[::-1], new[::-1]), len(old) - start, len(new) - start)
    inner_old, inner_new = old[start : len(old) - end], new[start : len(new) - end]
    if len(inner_old) + len(inner_new) <= _EXACT_LINES:
        codes = SequenceMatcher(None, inner_old, inner_new, autojunk=False).get_opcodes()
        changes = [code[1:] for code in codes if code[0] != "equal"]
    else:
        changes = [(0, len(inner_old), 0, len(inner_new))]
    shifted = [(i + start, j + start, k + start, m + start) for i, j, k, m in changes]
    for group in _grouped(shifted):
        first, _, added, _ = group[0]
        place = (enclosing(old, first) or enclosing(new, added)) if is_yaml else ""
        yield f"@@ {path}: {place} @@" if place else f"@@ {path} @@"
        position = max(0, first - _CONTEXT)
        for i, j, k, m in group:
            yield from (_cut(" ", line) for line in old[position:i])
            yield from (_cut("-", line) for line in old[i:j])
            yield from (_cut("+", line) for line in new[k:m])
            position = j
        yield from (_cut(" ", line) for line in old[position : position + _CONTEXT])


_Change: TypeAlias = "tuple[int, int, int, int]"


def _grouped(changes: list[_Change]) -> Iterator[list[_Change]]:
    """Yield the changes that share a hunk, for their context would touch."""
    group: list[_Change] = []
    for change in changes:
        if group and change[0] - group[-1][1] > 2 * _CONTEXT:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _common(first: list[str], second: list[str]) -> int:
    return next(
        (index for index, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _yaml(value: Json) -> list[str]:
    return [_cut("", line, indent="") for line in dump(value).split("\n")[:-1]]


def _signed(sign: str, value: Json) -> list[str]:
    return [_cut(sign, line) for line in dump(value).split("\n")[:-1]]


def _cut(sign: str, line: str, indent: str = "  ") -> str:
    if len(line) > _LONG_LINE:
        digest = hashlib.sha256(line.encode()).hexdigest()[:12]
        line = f"{line[:_LONG_LINE]}… ({len(line)} characters, sha256 {digest})"
    return f"{sign}{indent}{line}" if line else sign
