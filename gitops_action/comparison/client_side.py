"""One object compared without a dry run: for who may not patch, and where the application asks for it.

In: a candidate with live in the target's apiVersion. Out: its row, marked as compared on the client. What was ours
before is told by our own managed fields, else by the annotation of ``kubectl apply`` and by what old writers own. Where
only the server could tell, and nothing surely differs, the object is Unknown. Asks nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from gitops_action.comparison.model import Method, SyncStatusCode
from gitops_action.comparison.prediction import comparable
from gitops_action.comparison.prepare import prepare
from gitops_action.comparison.strict import same
from gitops_action.comparison.tables import LAST_APPLIED
from gitops_action.comparison.takeover import dropped_paths
from gitops_action.comparison.three_way import three_way
from gitops_action.resource import Resource
from gitops_action.resource.fields import (
    SELF,
    Field,
    Item,
    Member,
    applied_by,
    find_item,
    is_leaf,
    parse_element,
    tree_of,
)

if TYPE_CHECKING:
    from gitops_action.comparison.dry_run import Candidate
    from gitops_action.comparison.model import ResourceComparison
    from gitops_action.comparison.normalize import Normalizer
    from gitops_action.comparison.schema import Schema
    from gitops_action.resource.resource import Json, JsonObject

_SHOWN = 3
_NO_SERVER_ASKED = "compared on the client, where it cannot be known what the server makes of"


def compare_on_client(
    candidate: Candidate,
    live: Resource,
    *,
    manager: str,
    normalize: Normalizer,
    schema: Schema | None = None,
    remedy: str = "",
) -> ResourceComparison:
    """Return the row of an object that lives; ``remedy`` is what would let the server be asked.

    Raises ``RuleFailed``.
    """
    before = comparable(live, has_status=candidate.kind.has_status)
    target = comparable(candidate.target, has_status=candidate.kind.has_status)
    merged = three_way(target, before, originals(candidate.target, live, manager=manager), schema=schema)
    normalized = normalize(candidate.key, live, before, merged.predicted)
    if not same(normalized.live, normalized.predicted):
        predicted = Resource(merged.predicted)
        is_whole = same(normalized.live, before) and same(normalized.predicted, merged.predicted)
        return candidate.row(
            SyncStatusCode.OUT_OF_SYNC, Method.CLIENT, predicted=predicted, normalized=None if is_whole else normalized
        )
    if merged.doubts:
        more = f" and {len(merged.doubts) - _SHOWN:,} more" if len(merged.doubts) > _SHOWN else ""
        paths = ", ".join(_readable(path) for path in merged.doubts[:_SHOWN])
        return candidate.row(
            SyncStatusCode.UNKNOWN, Method.CLIENT, unknown=f"{_NO_SERVER_ASKED} {paths}{more}", remedy=remedy
        )
    return candidate.row(SyncStatusCode.SYNCED, Method.CLIENT, normalized=normalized)


def originals(target: Resource, live: Resource, *, manager: str) -> tuple[JsonObject, ...]:
    """Return what earlier applies had set, as far as live tells: ours, else those of ``kubectl apply`` and others."""
    own = applied_by(live, manager)
    dropped = tree_of(dropped_paths(target, live, manager=manager))
    found = [_covered(live.object, entry.fields) for entry in own]
    if not own and (applied := last_applied(live)) is not None:
        found.append(applied)
    if dropped:
        found.append(_covered(live.object, dropped))
    return tuple(each for each in found if isinstance(each, dict))


def last_applied(live: Resource) -> JsonObject | None:
    """Return the manifest of the last ``kubectl apply``; ``None`` where there is none that can be read."""
    text = live.annotations.get(LAST_APPLIED)
    if not isinstance(text, str):
        return None
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return prepare(Resource(found), None).object if isinstance(found, dict) else None


def _readable(path: str) -> str:
    return path.lstrip("/").replace("/*", "[]").replace("/", ".").replace("~1", "/")


def _covered(live: Json, tree: JsonObject) -> Json:
    """Return the part of live that a tree names."""
    below = {parse_element(key): sub for key, sub in tree.items() if key != SELF}
    if not below:
        return live
    if isinstance(live, dict):
        named = {element.name: sub for element, sub in below.items() if isinstance(element, Field)}
        return {name: _covered(value, named[name]) for name, value in live.items() if name in named}
    if not isinstance(live, list):
        return live
    covered: list[Json] = [element.value for element in below if isinstance(element, Member) and element.value in live]
    for element, sub in below.items():
        if isinstance(element, Item) and (position := find_item(live, element)) >= 0:
            item = live[position]
            keys = {name: item[name] for name in element.names if name in item}
            covered.append(item if is_leaf(sub) else keys | _covered(item, sub))
    return covered
