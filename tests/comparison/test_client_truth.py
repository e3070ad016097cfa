"""The truth of the comparison on the client: where it says Synced, a dry run of the API server changes nothing.

Targets and live objects are mutated as for the walk; ``GITOPS_ACTION_TRUTH`` makes it as many rounds as one likes.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from gitops_action.comparison.client_side import compare_on_client
from gitops_action.comparison.dry_run import Candidate
from gitops_action.comparison.model import SyncStatusCode
from gitops_action.comparison.normalize import NORMALIZER
from gitops_action.comparison.owned_fields import MANAGER
from gitops_action.resource import Resource
from tests.comparison.objects import copied
from tests.comparison.test_truth import ROUNDS, _lie, _live, _mutated, applied, custom

if TYPE_CHECKING:
    from gitops_action.adapters.cluster import ApiServer
    from gitops_action.comparison.schema import Schema

    Schemas = dict[tuple[str, str], Schema]

__all__ = ["applied", "custom"]


def status(api: ApiServer, target: Resource, live: Resource, custom: Schemas) -> SyncStatusCode:
    kind = api.catalog().kinds[target.api_version, target.kind]
    candidate = Candidate(key=target.key, kind=kind, target=target, live=live)
    schema = custom.get((target.api_version, target.kind))
    return compare_on_client(candidate, live, manager=MANAGER, normalize=NORMALIZER, schema=schema).status


def test_what_nobody_changed_is_synced(api: ApiServer, applied: list[Resource], custom: Schemas) -> None:
    found = {str(target.key): status(api, target, _live(api, target), custom) for target in applied}
    assert {key: code for key, code in found.items() if code is not SyncStatusCode.SYNCED} == {}


@pytest.mark.parametrize("with_schema", [True, False])
def test_synced_on_the_client_is_what_a_dry_run_leaves_alone(
    api: ApiServer, applied: list[Resource], custom: Schemas, with_schema: bool
) -> None:
    chance = random.Random(3 + with_schema)  # noqa: S311  # a repeatable test, not cryptography
    lies: list[str] = []
    synced = 0
    for target in applied:
        live = _live(api, target)
        for _ in range(ROUNDS // 2):
            mutated = Resource(_mutated(copied(target), chance))
            if status(api, mutated, live, custom if with_schema else {}) is SyncStatusCode.SYNCED:
                synced += 1
                lies += [each for each in _lie(api, mutated, live) if not is_refused(each)]
    assert lies == []
    assert synced >= ROUNDS // 2


def is_refused(lie: str) -> bool:
    """Whether the server will not have the target at all, which nobody can tell without it."""
    return "@@" not in lie
