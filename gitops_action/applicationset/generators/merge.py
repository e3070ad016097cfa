"""``merge``: the first generator's sets, overridden by those of the others that have the same merge keys (APS-15)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gitops_action.applicationset.generators.context import Fields
from gitops_action.applicationset.params import overridden
from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitops_action.applicationset.generators.context import Context
    from gitops_action.applicationset.params import Params
    from gitops_action.resource.resource import JsonObject

    Child = Callable[[JsonObject], list[Params]]


def generate(spec: JsonObject, context: Context, child: Child) -> list[Params]:
    """Return the merged sets in the order of the first generator; ``child`` runs one of the generators."""
    fields = Fields(spec, "merge")
    generators, keys = fields.mappings("generators"), fields.texts("mergeKeys")
    fields.check()
    if len(generators) < 2:
        raise ApplicationError("found less than two generators in a merge", remedy="Give a merge two or more.")
    if not keys:
        raise ApplicationError("a merge names no mergeKeys", remedy="Name the parameters that identify a set.")
    base, *overrides = [_by_keys(keys, child(generator)) for generator in generators]
    for override in overrides:
        for identity in base.keys() & override.keys():
            if context.engine.is_go:
                base[identity] = overridden(base[identity], override[identity])
            else:
                base[identity] = {**base[identity], **override[identity]}
    return list(base.values())


def _by_keys(keys: Sequence[str], params: list[Params]) -> dict[str, Params]:
    """Return the sets by the values of their merge keys; one that is missing counts as null."""
    found: dict[str, Params] = {}
    for each in params:
        identity = json.dumps({key: each.get(key) for key in keys}, sort_keys=True, separators=(",", ":"))
        if identity in found:
            raise ApplicationError(
                "the parameters of a generator in a merge are not unique by its mergeKeys. "
                f"Duplicate key was {identity}",
                remedy="Name more mergeKeys, or take one of the two away.",
            )
        found[identity] = each
    return found
