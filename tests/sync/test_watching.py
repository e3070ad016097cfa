"""Watches tell of the objects asked for, whatever becomes of the connection."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import Forbidden
from gitops_action.resource import ResourceKey
from gitops_action.sync.state import Observed
from gitops_action.sync.watching import Trouble, Watches
from tests.fake_cluster import ExpiredCluster
from tests.fakes import FakeCluster
from tests.sync.example import RealClock, an

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = ResourceKey("", "ConfigMap", "default", "settings")
GONE = ResourceKey("", "ConfigMap", "default", "gone")


@pytest.fixture
def cluster() -> FakeCluster:
    return FakeCluster(an("ConfigMap", "settings").object, an("ConfigMap", "other").object)


def _follow(cluster: FakeCluster) -> Watches:
    watches = Watches(cluster, [KEY, GONE], clock=RealClock())
    kind = cluster.catalog().kinds["v1", "ConfigMap"]
    watches.follow([(kind, "default"), (kind, "default")])
    return watches


def _events(watches: Watches, count: int) -> Iterator[str]:
    deadline = time.monotonic() + 5
    told = 0
    while told < count:
        assert time.monotonic() < deadline
        for event in watches.next(0.1):
            told += 1
            if isinstance(event, Observed):
                data = event.live.object.get("data") if event.live else "gone"
                yield f"{event.key.name}: {data}"
            else:
                yield event.message


def test_first_comes_the_state_of_all_then_each_change(cluster: FakeCluster) -> None:
    watches = _follow(cluster)
    assert sorted(_events(watches, 2)) == ["gone: gone", "settings: None"]
    cluster.put(an("ConfigMap", "other", data={"not": "ours"}).object)
    cluster.put(an("ConfigMap", "settings", data={"a": "1"}).object)
    assert list(_events(watches, 1)) == ["settings: {'a': '1'}"]
    kind = cluster.catalog().kinds["v1", "ConfigMap"]
    cluster.delete(kind, KEY)
    assert list(_events(watches, 1)) == ["settings: gone"]
    assert [call.verb for call in cluster.calls] == ["list", "watch", "delete"]
    watches.close()


def test_an_expired_version_begins_again_with_a_list() -> None:
    cluster = ExpiredCluster(an("ConfigMap", "settings").object)
    watches = _follow(cluster)
    assert len(list(_events(watches, 6))) >= 6
    watches.close()


def test_a_refused_watch_is_told(cluster: FakeCluster) -> None:
    def refuse(_: object) -> None:
        raise Forbidden("configmaps is forbidden", status=403)

    cluster.before = refuse
    watches = _follow(cluster)
    assert watches.next(5.0) == [Trouble(message="cannot watch configmaps: configmaps is forbidden")]
    watches.close()
