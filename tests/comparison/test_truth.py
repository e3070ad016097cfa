"""The truth of the walk: wherever it says "equal", a dry run of the API server changes nothing.

Targets and live objects are mutated at random, with a fixed seed so that a run can be repeated; ``GITOPS_ACTION_TRUTH``
makes it as many rounds as one likes.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.comparison.diff import unified
from gitops_action.comparison.owned_fields import Equal, surely_equal
from gitops_action.comparison.prediction import comparable, differs
from gitops_action.comparison.prepare import prepare
from gitops_action.comparison.schema import schemas
from gitops_action.errors import ApiError
from gitops_action.resource import Resource
from tests.comparison.objects import copied

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.adapters.cluster import ApiServer
    from gitops_action.comparison.schema import Schema
    from gitops_action.resource.tracking import Tracking
    from tools.cluster import Cluster

ROUNDS = int(os.environ.get("GITOPS_ACTION_TRUTH", "25"))
EMPTIES: tuple[Any, ...] = (None, {}, [], "", 0, False, 1, True, "x")
SPELLINGS = {
    "1": "1000m",
    "500m": 0.5,
    "1Gi": "1024Mi",
    "2Gi": "2048Mi",
    "1536Mi": "1.5Gi",
    "100": 100,
    1: True,
    2: "2",
}


@pytest.fixture
def applied(api: ApiServer, targets: list[Resource], tracking: Tracking) -> list[Resource]:
    """The targets as sent, once they live in the cluster."""
    catalog = api.catalog()
    sent = [prepare(tracking.mark(target), catalog.find(target)) for target in targets]
    for target in sent:
        api.apply(catalog.kinds[target.api_version, target.kind], target)
    return sent


@pytest.fixture
def custom(api: ApiServer) -> dict[tuple[str, str], Schema]:
    crd = api.get(api.catalog().kinds["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
                  namespace="", name="gateways.example.com")  # fmt: skip
    return schemas([crd] if crd else [])


def test_objects_that_nobody_changed_are_decided_without_a_request(
    api: ApiServer, applied: list[Resource], custom: dict[tuple[str, str], Schema]
) -> None:
    doubts = {
        str(target.key): answer for target in applied if not isinstance(answer := _verdict(api, target, custom), Equal)
    }
    assert doubts == {}


def test_an_equal_target_is_one_that_a_dry_run_leaves_alone(
    api: ApiServer, applied: list[Resource], custom: dict[tuple[str, str], Schema]
) -> None:
    chance = random.Random(1)  # noqa: S311  # a repeatable test, not cryptography
    lies = []
    equal = 0
    for target in applied:
        live = _live(api, target)
        for _ in range(ROUNDS):
            mutated = Resource(_mutated(copied(target), chance))
            if isinstance(surely_equal(mutated, live, custom.get((target.api_version, target.kind))), Equal):
                equal += 1
                lies += _lie(api, mutated, live)
    assert lies == []
    assert equal >= ROUNDS


def test_an_equal_live_object_is_one_that_a_dry_run_leaves_alone(
    api: ApiServer, applied: list[Resource], custom: dict[tuple[str, str], Schema], cluster: Cluster
) -> None:
    chance = random.Random(2)  # noqa: S311  # a repeatable test, not cryptography
    lies = []
    for target in applied:
        for _ in range(max(1, ROUNDS // 5)):
            body = _mutated(copied(_live(api, target)), chance)
            _replace(cluster, api, Resource(body))
            live = _live(api, target)
            if isinstance(surely_equal(target, live, custom.get((target.api_version, target.kind))), Equal):
                lies += _lie(api, target, live)
    assert lies == []


def _verdict(api: ApiServer, target: Resource, custom: dict[tuple[str, str], Schema]) -> object:
    return surely_equal(target, _live(api, target), custom.get((target.api_version, target.kind)))


def _live(api: ApiServer, target: Resource) -> Resource:
    live = api.get(api.catalog().kinds[target.api_version, target.kind], namespace=target.namespace, name=target.name)
    assert live is not None
    return live


def _lie(api: ApiServer, target: Resource, live: Resource) -> list[str]:
    """Return what a dry run changes, or why it is refused; empty where the walk told the truth."""
    kind = api.catalog().kinds[target.api_version, target.kind]
    try:
        after = comparable(api.apply(kind, target, dry_run=True), has_status=kind.has_status)
    except ApiError as error:
        return [f"{target.key}: {error}"]
    fresh = api.get(kind, namespace=live.namespace, name=live.name)
    before = comparable(live, has_status=kind.has_status)
    if fresh is None or fresh.resource_version != live.resource_version:
        return []  # a controller wrote in between
    return [f"{target.key}: {unified(before, after).text}"] if differs(after, before) else []


def _replace(cluster: Cluster, api: ApiServer, body: Resource) -> None:
    """Write as somebody else; what the server refuses is no case."""
    kind = api.catalog().kinds[body.api_version, body.kind]
    prefix = f"/apis/{kind.api_version}" if kind.group else "/api/v1"
    path = f"{prefix}/namespaces/{body.namespace}/{kind.plural}/{body.name}?fieldManager=somebody"
    try:
        cluster.request("PUT", path, body.object)
    except Exception as error:
        if getattr(error, "status", 0) not in (400, 409, 422):
            raise


def _mutated(value: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Change one or two places below the object's identity."""
    for _ in range(chance.choice((1, 1, 2))):
        places = list(_places(value))
        if not places:
            return value
        parent, key = chance.choice(places)
        chance.choice((_drop, _empty, _respell, _reorder, _add))(parent, key, chance)
    return value


def _places(node: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    """Yield every place as its parent and key; not the identity, nor what the server alone writes."""
    fixed = {"apiVersion", "kind", "status"} if depth == 0 else set()
    if depth == 1:
        fixed = {"name", "namespace", "managedFields", "uid", "resourceVersion", "creationTimestamp", "generation"}
    if isinstance(node, dict):
        for key in list(node):
            if key not in fixed:
                if depth:
                    yield node, key
                yield from _places(node[key], depth + 1)
    elif isinstance(node, list):
        for index in range(len(node)):
            yield node, index
            yield from _places(node[index], depth + 1)


def _drop(parent: Any, key: Any, chance: random.Random) -> None:
    del parent[key]


def _empty(parent: Any, key: Any, chance: random.Random) -> None:
    parent[key] = chance.choice(EMPTIES)


def _respell(parent: Any, key: Any, chance: random.Random) -> None:
    value = parent[key]
    if isinstance(value, str | int) and value in SPELLINGS:
        parent[key] = SPELLINGS[value]
    elif isinstance(value, str):
        parent[key] = chance.choice((value + " ", value + "\n", value.upper(), "1"))


def _reorder(parent: Any, key: Any, chance: random.Random) -> None:
    value = parent if isinstance(parent, list) else parent[key]
    if isinstance(value, list):
        chance.shuffle(value)
    else:
        _add(parent, key, chance)


def _add(parent: Any, key: Any, chance: random.Random) -> None:
    """Add an empty value, an optional field, or an item once more."""
    if isinstance(parent, list):
        parent.insert(chance.randrange(len(parent) + 1), parent[key])
        return
    names = (
        "args",
        "env",
        "volumes",
        "labels",
        "annotations",
        "hostNetwork",
        "replicas",
        "securityContext",
        "tty",
        "a",
    )
    parent.setdefault(chance.choice(names), chance.choice(EMPTIES))
