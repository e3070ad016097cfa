"""One target beside one live object, without a cluster: whether they differ, and in what (DIF-13 to DIF-19, DIF-24).

In: either side, and what a server's dry run said where one was asked. Out: a ``Pair``: both sides as they are judged,
not masked yet. Without a server's answer the comparison is made here, from the last applied manifest where there is
one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.comparison.client_side import last_applied
from gitops_action.comparison.prediction import comparable, keep_owned, owned_tree
from gitops_action.comparison.prepare import prepare
from gitops_action.comparison.strict import same
from gitops_action.comparison.tables import LAST_APPLIED
from gitops_action.comparison.three_way import three_way

if TYPE_CHECKING:
    from gitops_action.comparison.model import Hidden
    from gitops_action.comparison.normalize import Normalizer
    from gitops_action.resource import Resource
    from gitops_action.resource.resource import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A comparison; sides that do not exist are ``None``. What is to be deleted is not modified (DIF-13)."""

    is_modified: bool
    target: JsonObject | None
    live: JsonObject | None
    predicted: JsonObject | None
    hidden: tuple[Hidden, ...] = ()


def compare_pair(
    target: Resource | None,
    live: Resource | None,
    predicted: Resource | None,
    *,
    normalize: Normalizer,
    manager: str,
    includes_webhooks: bool = False,
) -> Pair:
    """Return what differs between a target and live; ``predicted`` is the server's answer to a dry run.

    Raises ``RuleFailed``.
    """
    wanted = prepare(target, None) if target else None
    if wanted is None or live is None:
        alone = comparable(live, has_status=False) if live else None
        made = wanted.object if wanted else None
        return Pair(is_modified=live is None, target=made, live=alone, predicted=made)
    before = comparable(live, has_status=False)
    if predicted is None:
        applied = last_applied(live)
        originals = (applied,) if applied else ()
        after = three_way(wanted.object, before, originals, trusting=True).predicted
    else:
        before = _less_applied(before)
        after = _less_applied(_predicted(predicted, live, manager, includes_webhooks=includes_webhooks))
    normalized = normalize(wanted.key, live, before, after)
    return Pair(
        is_modified=not same(normalized.live, normalized.predicted),
        target=wanted.object,
        live=normalized.live,
        predicted=normalized.predicted,
        hidden=normalized.hidden,
    )


def _predicted(answer: Resource, live: Resource, manager: str, *, includes_webhooks: bool) -> JsonObject:
    after = comparable(answer, has_status=False)
    owned = owned_tree(answer, manager)
    if owned is None or includes_webhooks:
        return after
    return keep_owned(after, comparable(live, has_status=False), owned, owned_tree(live, manager) or {})


def _less_applied(side: JsonObject) -> JsonObject:
    """Leave out the last applied manifest, which is no part of the object (DIF-25)."""
    annotations = side["metadata"].get("annotations")
    if not isinstance(annotations, dict) or LAST_APPLIED not in annotations:
        return side
    kept = {name: value for name, value in annotations.items() if name != LAST_APPLIED}
    metadata = {name: value for name, value in side["metadata"].items() if name != "annotations"}
    return {**side, "metadata": {**metadata, "annotations": kept} if kept else metadata}
