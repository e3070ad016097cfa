"""The truth of whole comparisons, against the API server: random objects of every kind, random edits of Git and live.

Each case applies an object, lets somebody change it, changes its target, and compares. What the server would change is
never Synced; after a sync it is Synced, so that a second one writes nothing. ``GITOPS_ACTION_TRUTH_CASES`` says how
many cases there are: few in the normal run, thousands in the nightly one.
"""

from __future__ import annotations

import itertools
import os
import random
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gitops_action.application.application import Application, Destination
from gitops_action.comparison.compare import compare
from gitops_action.comparison.display import describe
from gitops_action.comparison.model import ResourceComparison, SyncStatusCode
from gitops_action.comparison.owned_fields import MANAGER
from gitops_action.comparison.prediction import comparable, differs
from gitops_action.comparison.takeover import migration
from gitops_action.errors import ApiError, NotFound
from gitops_action.resource import Resource
from gitops_action.resource.tracking import Tracking
from tests.comparison.conftest import TESTDATA
from tests.comparison.objects import copied, resources
from tests.comparison.test_truth import _mutated
from tools.cluster.cluster import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitops_action.adapters.cluster import ApiServer
    from gitops_action.ports import ApiKind
    from tools.cluster import Cluster

CASES = int(os.environ.get("GITOPS_ACTION_TRUTH_CASES", "300"))
OBJECTS = [
    each
    for name in ("objects.yaml", "silent.yaml", "kinds.yaml")
    for each in resources((TESTDATA / name).read_text())
    if each.kind != "CustomResourceDefinition"
]
WRITERS = ("somebody", "kubectl-client-side-apply", "helm")
NUMBERS = itertools.count()


class Case:
    """One object of its own name; ``did`` says what became of it, for who reads a failure."""

    def __init__(self, api: ApiServer, cluster: Cluster, namespace: str, base: Resource) -> None:
        self.api, self.cluster = api, cluster
        self.kind: ApiKind = api.catalog().kinds[base.api_version, base.kind]
        name = f"{namespace}-{next(NUMBERS)}"
        self.target = self._named(base, name, namespace)
        self.tracking = Tracking(instance="web", namespace=namespace)
        self.application = Application(name="web", destination=Destination(namespace=namespace))
        self.did: list[str] = [f"{base.kind} {name}"]

    def _named(self, base: Resource, name: str, namespace: str) -> Resource:
        content = copied(base)
        for webhook in content.get("webhooks", ()):
            webhook["name"] = f"{name}.example.com"
        placed = Resource(content).with_metadata(name=name)
        return placed.with_namespace(namespace if self.kind.namespaced else "")

    def compare(self, target: Resource) -> ResourceComparison:
        found = compare(self.application, [target], self.tracking, self.api, inventory=[target.key], parallelism=2)
        return next(row for row in found.resources if row.key == target.key)

    def sync(self, row: ResourceComparison) -> bool:
        """Write as a sync does; return whether the server took it."""
        assert row.target is not None
        live = self.live()
        try:
            if live is not None and (patch := migration(live, manager=MANAGER)):
                self.api.patch(self.kind, row.key, patch)
            self.api.apply(self.kind, row.target)
        except ApiError as error:
            self.did.append(f"refused: {error.summary}")
            return False
        return True

    def live(self) -> Resource | None:
        return self.api.get(self.kind, namespace=self.target.namespace, name=self.target.name)

    def edited(self, chance: random.Random) -> None:
        """Change live as somebody else; what the server refuses is no change."""
        live = self.live()
        if live is None:
            return
        body = _mutated(copied(live), chance)
        writer = chance.choice(WRITERS)
        prefix = f"/apis/{self.kind.api_version}" if self.kind.group else "/api/v1"
        place = f"/namespaces/{live.namespace}" if self.kind.namespaced else ""
        path = f"{prefix}{place}/{self.kind.plural}/{live.name}?fieldManager={writer}"
        try:
            self.cluster.request("PUT", path, body)
            self.did.append(f"{writer} wrote {body}")
        except RequestRefused as error:
            self.did.append(f"{writer} was refused: {error.status}")

    def judged(self, target: Resource) -> tuple[ResourceComparison, bool | None]:
        """Return the row of a target and what the server says to it, both of one state: controllers write as well."""
        for _ in range(20):
            row = self.compare(target)
            assert row.target is not None
            would_change = self.changed_by_an_apply(row.target)
            live = self.live()
            if live is not None and row.live is not None and live.resource_version == row.live.resource_version:
                return row, would_change
        raise AssertionError(f"somebody writes all the time: {self.did}")

    def changed_by_an_apply(self, target: Resource) -> bool | None:
        """Return whether an apply of a target would change live; ``None`` where the server refuses it."""
        before = self.live()
        try:
            after = self.api.apply(self.kind, target, dry_run=True)
        except ApiError:
            return None
        assert before is not None
        return differs(
            comparable(after, has_status=self.kind.has_status), comparable(before, has_status=self.kind.has_status)
        )

    def end(self) -> None:
        with suppress(NotFound):
            self.api.delete(self.kind, self.target.key, propagation="Background")


@pytest.fixture(scope="module")
def quarantine(cluster: Cluster) -> Iterator[str]:
    """A namespace for all cases."""
    name = f"truth-{random.SystemRandom().getrandbits(32):08x}"
    cluster.request("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    cluster.request("DELETE", f"/api/v1/namespaces/{name}")


@pytest.fixture
def make(api: ApiServer, cluster: Cluster, quarantine: str) -> Callable[[Resource], Case]:
    return lambda base: Case(api, cluster, quarantine, base)


@settings(
    max_examples=CASES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(base=st.sampled_from(OBJECTS), seed=st.integers(0, 2**32), moves=st.integers(0, 3))
def test_what_the_server_would_change_is_never_synced_and_after_a_sync_all_is(
    make: Callable[[Resource], Case], base: Resource, seed: int, moves: int
) -> None:
    case = make(base)
    chance = random.Random(seed)  # noqa: S311  # a repeatable test; what is drawn depends on what the server answers
    try:
        first = case.compare(case.target)
        assert first.status is SyncStatusCode.OUT_OF_SYNC, case.did
        if case.sync(first):
            _settle(case, case.target)
            _move(case, chance, moves)
    finally:
        case.end()


def _move(case: Case, chance: random.Random, moves: int) -> None:
    if moves & 1:
        case.edited(chance)
    target = case.target
    if moves & 2:
        target = Resource(_mutated(copied(target), chance))
        target = target.with_metadata(name=case.target.name, namespace=case.target.namespace or None)
        case.did.append(f"target {target.object}")
    row, would_change = case.judged(target)
    if would_change or would_change is None:
        assert row.status is not SyncStatusCode.SYNCED, (row.method, case.did)
    if row.status is SyncStatusCode.OUT_OF_SYNC and not row.refusal and case.sync(row):
        _settle(case, target)


def _settle(case: Case, target: Resource) -> None:
    """After a sync the object is Synced: a second sync has nothing to write.

    Where a target empties a map whose members were ours, a server takes the map away with the members, and puts it back
    only with the next apply: that is shown, for nobody knows what the map's absence means.
    """
    row: Any = case.compare(target)
    if row.status is SyncStatusCode.OUT_OF_SYNC and _only_adds_empty_maps(describe(row).text):
        assert case.sync(row)
        row = case.compare(target)
    assert row.status is SyncStatusCode.SYNCED, (row.method, row.unknown, row.refusal, describe(row).text, case.did)


def _only_adds_empty_maps(diff: str) -> bool:
    changed = [line for line in diff.splitlines() if line[:1] in ("+", "-")]
    return all(line.startswith("+") and line.endswith(": {}") for line in changed)
