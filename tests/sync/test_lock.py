"""The lock of an application: one sync at a time, whatever becomes of the one that has it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from gitops_action.application.application import Application, Destination
from gitops_action.errors import ApiError, Forbidden, Locked
from gitops_action.sync.lease import DURATION, LEASE
from gitops_action.sync.lock import MARGIN, ApplicationLock, StopOrLoss
from gitops_action.sync.record import record_name
from tests.fakes import FakeCluster
from tests.sync.example import refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.resource import Resource

WEB = Application(name="web", destination=Destination(namespace="default"))
ONE, TWO = "https://github.com/acme/platform/actions/runs/1", "https://github.com/acme/platform/actions/runs/2"


class Time:
    """A clock that goes on only where somebody waits; ``meanwhile`` happens then. Also a stop that nobody sets."""

    def __init__(self, meanwhile: Callable[[float], None] = lambda now: None) -> None:
        self.seconds = 0.0
        self.is_stopped = False
        self.meanwhile = meanwhile

    def now(self) -> float:
        return 1_700_000_000.0 + self.seconds

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def is_set(self) -> bool:
        return self.is_stopped

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds += timeout or 0.0
        self.meanwhile(self.seconds)
        return self.is_stopped


def lock_of(
    cluster: FakeCluster, time: Time, holder: str = ONE, *, lines: list[str] | None = None, timeout: float = 600.0
) -> ApplicationLock:
    told = lines if lines is not None else []
    return ApplicationLock(WEB, cluster, holder=f"{holder}#a1", clock=time, stop=time, timeout=timeout, say=told.append)


def lease(cluster: FakeCluster) -> Resource | None:
    return cluster.get(LEASE, namespace="default", name=record_name(WEB))


def test_the_lock_is_a_lease_beside_the_record_that_names_the_run_and_is_deleted_at_the_end() -> None:
    cluster = FakeCluster()
    with lock_of(cluster, Time()) as lock:
        assert not lock.is_held
        assert lock.take() is False
        found = lease(cluster)
        assert found is not None
        assert found.object["spec"] == {
            "holderIdentity": f"{ONE}#a1",
            "leaseDurationSeconds": 30,
            "acquireTime": "2023-11-14T22:13:20.000000Z",
            "renewTime": "2023-11-14T22:13:20.000000Z",
        }
        assert found.labels == {"app.kubernetes.io/managed-by": "gitops-action"}
        assert found.annotations == {}
    assert lease(cluster) is None


def test_a_lock_that_was_never_taken_makes_no_request() -> None:
    cluster = FakeCluster()
    with lock_of(cluster, Time()):
        pass
    assert cluster.calls == []


def test_a_missing_namespace_is_created_first() -> None:
    cluster, lines = FakeCluster(), list[str]()
    new = Application(name="web", destination=Destination(namespace="shop"))
    time = Time()
    with ApplicationLock(new, cluster, holder="x#1", clock=time, stop=time, timeout=1.0, say=lines.append) as lock:
        lock.take()
    assert [each.name for each in cluster.objects("Namespace")] == ["default", "kube-system", "shop"]


def test_a_second_sync_waits_says_for_whom_once_and_then_every_30_seconds_and_goes_on_when_the_first_is_done() -> None:
    cluster, time, lines = FakeCluster(), Time(), list[str]()
    first = lock_of(cluster, time)
    first.take()

    def renews_and_ends(now: float) -> None:
        assert first.renew() or now > 70
        if now >= 70:
            first.release()

    time.meanwhile = renews_and_ends
    with lock_of(cluster, time, TWO, lines=lines) as second:
        assert second.take() is True
        assert 70 <= time.seconds < 75
    assert lines == [f"waiting for the sync of {ONE}"] * 3


def test_a_lock_that_nobody_renews_is_taken_over_after_30_seconds_of_the_own_clock() -> None:
    cluster, time, lines = FakeCluster(), Time(), list[str]()
    killed = lock_of(cluster, time)
    killed.take()
    with lock_of(cluster, time, TWO, lines=lines) as second:
        assert second.take() is True
        assert DURATION <= time.seconds <= DURATION + 4
    assert lines[-1] == f"took over the lock that the sync of {ONE} abandoned"


def test_it_is_not_taken_over_while_it_is_renewed_however_wrong_its_times_are() -> None:
    cluster, time = FakeCluster(), Time()
    first = lock_of(cluster, time)
    first.take()

    def renew_with_a_clock_of_1970(now: float) -> None:
        found = lease(cluster)
        assert found is not None
        spec = {**found.object["spec"], "renewTime": "1970-01-01T00:00:00.000000Z", "renewals": now}
        cluster.put({**found.object, "spec": spec})

    time.meanwhile = renew_with_a_clock_of_1970
    with lock_of(cluster, time, TWO, timeout=120.0) as second, pytest.raises(Locked) as error:
        second.take()
    assert str(error.value) == (
        f"not synced, for the sync of {ONE} holds the lock of web\n"
        f"Lease default/{record_name(WEB)}; waited 120 s.\n"
        "Run it again when that one is done, or raise `timeout`."
    )
    assert lease(cluster) is not None


def test_of_two_that_take_over_at_once_only_one_gets_it() -> None:
    cluster, time = FakeCluster(), Time()
    lock_of(cluster, time).take()
    rivals: list[bool] = []

    def a_rival_is_faster(call: object) -> None:
        if getattr(call, "verb", "") == "update" and not rivals:
            rivals.append(True)
            found = lease(cluster)
            assert found is not None
            cluster.put({**found.object, "spec": {**found.object["spec"], "holderIdentity": "rival#1"}})

    cluster.before = a_rival_is_faster
    with lock_of(cluster, time, TWO, timeout=45.0) as second, pytest.raises(Locked, match="the sync of rival holds"):
        second.take()


def test_a_holder_that_slept_too_long_stops_before_anybody_takes_over_and_stays_stopped() -> None:
    cluster, time = FakeCluster(), Time()
    with lock_of(cluster, time) as lock:
        lock.take()
        stop = StopOrLoss(stop=threading.Event(), lock=lock)
        time.seconds = DURATION - MARGIN - 0.1
        assert not stop.is_set()
        lock.check()
        time.seconds = DURATION - MARGIN
        assert stop.is_set()
        assert stop.wait(0.0)
        assert not lock.renew()
        with pytest.raises(Locked, match="the lock of web could not be renewed in time"):
            lock.check()


def test_each_renewal_prolongs_the_time_to_write() -> None:
    cluster, time = FakeCluster(), Time()
    with lock_of(cluster, time) as lock:
        lock.take()
        time.seconds = 20.0
        assert lock.renew()
        time.seconds = 44.0
        assert lock.loss == ""
        found = lease(cluster)
        assert found is not None
        assert found.object["spec"]["acquireTime"] == "2023-11-14T22:13:20.000000Z"
        assert found.object["spec"]["renewTime"] == "2023-11-14T22:13:40.000000Z"


def test_a_lock_that_was_taken_over_is_lost_and_not_released() -> None:
    cluster, time = FakeCluster(), Time()
    with lock_of(cluster, time) as lock:
        lock.take()
        found = lease(cluster)
        assert found is not None
        cluster.put({**found.object, "spec": {**found.object["spec"], "holderIdentity": f"{TWO}#b2"}})
        assert not lock.renew()
        assert lock.loss == f"the lock of web was taken over by the sync of {TWO}"
    assert lease(cluster) is not None


def test_a_lock_that_somebody_deleted_is_lost() -> None:
    cluster, time = FakeCluster(), Time()
    with lock_of(cluster, time) as lock:
        lock.take()
        found = lease(cluster)
        assert found is not None
        cluster.delete(LEASE, found.key)
        assert not lock.renew()
        assert lock.loss == "the lock of web was deleted"


def test_a_renewal_whose_answer_was_lost_is_no_loss() -> None:
    cluster, time = FakeCluster(), Time()
    with lock_of(cluster, time) as lock:
        lock.take()
        found = lease(cluster)
        assert found is not None
        cluster.put({**found.object, "spec": {**found.object["spec"], "renewTime": "2023-11-14T22:13:30.000000Z"}})
        assert not lock.renew()
        assert lock.loss == ""
        assert lock.renew()


def test_a_server_in_trouble_is_said_and_asked_again() -> None:
    cluster, time, lines = FakeCluster(), Time(), list[str]()
    with lock_of(cluster, time, lines=lines) as lock:
        lock.take()
        cluster.before = refuse("update", record_name(WEB), ApiError("etcd is away", status=500))
        assert not lock.renew()
        cluster.before = lambda call: None
        assert lock.renew()
    assert lines == ["the lock could not be renewed: etcd is away"]


def test_the_lock_is_released_when_the_block_ends_by_an_exception() -> None:
    cluster = FakeCluster()

    def is_interrupted() -> None:
        with lock_of(cluster, Time()) as lock:
            lock.take()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        is_interrupted()
    assert lease(cluster) is None


def test_trouble_at_the_release_is_said_and_hides_nothing() -> None:
    cluster, lines = FakeCluster(), list[str]()
    with lock_of(cluster, Time(), lines=lines) as lock:
        lock.take()
        cluster.before = refuse("delete", record_name(WEB), Forbidden("may not", status=403))
    assert lines == ["the lock could not be released and ends by itself in 30 s: may not"]


def test_a_wait_ends_with_a_stop() -> None:
    cluster, time = FakeCluster(), Time()
    lock_of(cluster, time).take()
    time.is_stopped = True
    with (
        lock_of(cluster, time, TWO) as second,
        pytest.raises(Locked, match=f"interrupted while waiting .* {TWO[:-1]}1"),
    ):
        second.take()


def test_without_the_right_to_a_lock_there_is_no_sync_and_the_rule_to_add_is_told() -> None:
    cluster = FakeCluster()
    denied = 'leases.coordination.k8s.io is forbidden: User "bob" cannot create resource "leases"'
    cluster.before = refuse("create", record_name(WEB), Forbidden(denied, status=403, remedy="Add to a Role"))
    with lock_of(cluster, Time()) as lock, pytest.raises(Forbidden) as error:
        lock.take()
    assert error.value.summary == f"the lock of web cannot be taken: {denied}"
    assert error.value.remedy == (
        "A sync without a lock does not happen. Add to a Role in namespace default, bound to this user:\n"
        '- apiGroups: ["coordination.k8s.io"]\n  resources: ["leases"]\n  verbs: ["get", "create", "update", "delete"]'
    )


def test_a_lock_that_is_left_outlives_its_holder_for_a_write_may_still_land() -> None:
    cluster, lines = FakeCluster(), list[str]()
    with lock_of(cluster, Time(), lines=lines) as lock:
        lock.take()
        lock.leave()
    assert lease(cluster) is not None
    assert lines == [f"the lock is left to end by itself in {DURATION} s: the API server has not answered every write"]
