"""Whole syncs on a cluster in memory: time is over, or somebody stops the run."""

from __future__ import annotations

import threading
import time

from gitops_action.sync.model import OperationPhase
from tests.fake_cluster import Call
from tests.sync.example import LivelyCluster, an, background, compare, run, until


def test_time_is_over_while_waiting_for_health() -> None:
    cluster = LivelyCluster(becomes={"web": None})
    result = run(compare([an("Deployment", "web")]), cluster, timeout=0.5)
    assert result.timed_out
    assert result.phase is OperationPhase.SUCCEEDED
    assert result.health is not None
    assert (result.health.code, result.health.message) == ("Progressing", "Caused by apps/Deployment:default/web")
    assert result.causes[0].startswith("Deployment default/web: Progressing (started)")


def test_time_is_over_while_a_hook_runs_ops_4() -> None:
    cluster = LivelyCluster(becomes={"migrate": None})
    result = run(compare([an("Job", "migrate", hook="PreSync"), an("ConfigMap", "settings")]), cluster, timeout=0.5)
    assert result.timed_out
    assert (result.phase, result.message) == (
        OperationPhase.FAILED,
        "Operation terminated, triggered by controller sync timeout",
    )
    assert cluster.writes == ["apply Job/migrate", "delete Job/migrate"]
    assert cluster.objects("Job") == []
    assert result.resources[0].message == "Terminated"


def test_a_stop_ends_the_operation_within_a_second_and_deletes_the_running_hook_syn_53() -> None:
    cluster = LivelyCluster(becomes={"migrate": None})
    stop = threading.Event()
    comparison = compare([an("Job", "migrate", hook="PreSync"), an("ConfigMap", "settings")], cluster=cluster)
    ended = background(lambda: run(comparison, cluster, stop=stop))
    until(lambda: Call(verb="watch", kind="Job", namespace="default") in cluster.calls)
    stop.set()
    stopped = time.monotonic()
    result = ended()
    assert time.monotonic() - stopped < 1.0
    assert cluster.writes == ["apply Job/migrate", "delete Job/migrate"]
    assert result.message == "Operation terminated"


def test_nothing_is_written_after_a_stop() -> None:
    cluster = LivelyCluster()
    stop = threading.Event()
    stop.set()
    result = run(compare([an("ConfigMap", "settings")]), cluster, stop=stop)
    assert (result.phase, result.message, cluster.writes) == (OperationPhase.FAILED, "Operation terminated", [])


def test_a_write_without_an_answer_when_the_operation_is_stopped_is_told() -> None:
    cluster = LivelyCluster()
    stop, answer, asked = threading.Event(), threading.Event(), threading.Event()
    comparison = compare([an("ConfigMap", "settings")], cluster=cluster)

    def hold(call: Call) -> None:
        if call.verb == "patch" and not call.dry_run:
            asked.set()
            answer.wait(10)

    cluster.before = hold
    ended = background(lambda: run(comparison, cluster, stop=stop))
    assert asked.wait(5)
    stop.set()
    result = ended()
    answer.set()
    assert (result.message, result.unanswered) == ("Operation terminated", True)
