"""Nothing lies between the last object getting healthy and the end: no look more, no pause, no request."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from gitops_action.health import HealthStatus, HealthStatusCode
from gitops_action.sync.kinds import Kinds
from gitops_action.sync.progress import Narrator
from gitops_action.sync.runner import Runner
from gitops_action.sync.state import Observed, Seen, start
from gitops_action.sync.watching import Watches
from gitops_action.sync.writer import Writer
from tests.fakes import FakeCluster
from tests.sync.example import TRACKING, an, assess

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.ports import ApiKind
    from gitops_action.resource import Resource
    from gitops_action.sync.watching import Trouble


class StillClock:
    """A clock that stands, and on which nobody may wait."""

    def now(self) -> float:
        return 1700000000.0

    def monotonic(self) -> float:
        return 5.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError(f"somebody waits for {seconds} s")


class Script(Watches):
    """What watches tell, look for look; to look once more than there is to tell is an error."""

    def __init__(self, cluster: FakeCluster, *looks: list[Observed | Trouble]) -> None:
        super().__init__(cluster, (), clock=StillClock())
        self.looks = list(looks)

    def follow(self, places: Iterable[tuple[ApiKind, str]]) -> None:
        assert places

    def next(self, timeout: float) -> list[Observed | Trouble]:
        assert timeout > 0
        return self.looks.pop(0)


def _fares(name: str, health: str, version: str) -> Resource:
    found = an("Deployment", name, status={"health": health})
    return found.with_metadata(uid=name, resourceVersion=version)


def _seen(name: str, health: str, version: str) -> Observed:
    live = _fares(name, health, version)
    return Observed(key=live.key, live=live, now=1700000000.0, version=version)


def test_the_wait_ends_with_the_look_that_shows_the_last_object_healthy() -> None:
    cluster, clock, stop = FakeCluster(), StillClock(), threading.Event()
    begun = [_fares(name, "Progressing", "1") for name in ("a", "b", "c")]
    watches = Script(
        cluster,
        [_seen("a", "Healthy", "2")],
        [],
        [_seen("b", "Healthy", "3"), _seen("c", "Progressing", "4")],
        [_seen("c", "Healthy", "5")],
    )
    said: list[str] = []
    with ThreadPoolExecutor(1) as executor:
        runner = Runner(
            writer=Writer(
                cluster=cluster,
                kinds=Kinds(cluster, clock, stop),
                tracking=TRACKING,
                clock=clock,
                stop=stop,
                scrub=str,
            ),
            watches=watches,
            executor=executor,
            clock=clock,
            stop=stop,
            deadline=100.0,
            narrator=Narrator(progress=said.append, scrub=str),
            assess=assess,
            kind_of=lambda key: cluster.catalog().preferred.get(key.group_kind),
            explain=lambda keys, state: None,
            before_clean_up=lambda: None,
        )
        progressing = HealthStatus(code=HealthStatusCode.PROGRESSING)
        state = start((), {live.key: Seen(live=live, health=progressing) for live in begun})
        _, rest = runner.settle(state, [live.key for live in begun], 10.0)
    assert (rest.waiting, rest.degraded, watches.looks, cluster.requests) == ((), (), [], 0)
    assert said[-1] == "Deployment default/c: Healthy"
