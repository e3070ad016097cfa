"""One application's sync among others: what is compared, locked, written and recorded, and in which order."""

from __future__ import annotations

import threading
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.clock import SystemClock
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.workflow import connect_workflow
from gitops_action.application.settings import Settings
from gitops_action.commands.evaluate import Evaluation
from gitops_action.commands.older import Ancestry
from gitops_action.commands.operate import operate
from gitops_action.commands.session import Ports, Session
from gitops_action.errors import Forbidden, Locked
from gitops_action.github.events import Event
from gitops_action.inputs import Inputs
from gitops_action.ports import Head
from gitops_action.rendering.checkout import Checkout
from gitops_action.sync.lease import LEASE
from gitops_action.sync.record import Record, record_name
from gitops_action.sync.record_store import load_record, save_record
from tests.sync.example import LivelyCluster, an, assess, compare, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import TextIO

    from gitops_action.resource import Resource
    from gitops_action.sync.model import OperationResult
    from tests.fake_cluster import Call

OURS, OTHER = "a" * 40, "b" * 40
RUN = "https://github.com/octo-org/shop/actions/runs/7"


class Jumping(SystemClock):
    """The machine's clock, which a machine that slept finds later than it thought."""

    slept = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.slept


class Desk:
    """One run, one cluster."""

    def __init__(self, folder: Path, log: TextIO) -> None:
        self.cluster = LivelyCluster()
        self.clock = Jumping()
        self.stop = threading.Event()
        self.lines: list[str] = []
        self.compared: list[Record | None] = []
        self.session = Session(
            inputs=Inputs(timeout=10.0),
            event=Event(name="push", verb="sync", run_url=RUN),
            ports=Ports(
                process=SubprocessProcess(), workflow=connect_workflow({}, log), clock=self.clock, environment={}
            ),
            checkout=Checkout.at(str(folder)),
            git=None,
            head=Head(commit=OURS),
            settings=Settings(),
            applications=(),
            started=0.0,
        )

    def evaluation(self, targets: Iterable[Resource], *, same: Iterable[Resource] = ()) -> Evaluation:
        comparison = compare(targets, same=same, cluster=self.cluster)
        application = comparison.application
        record = load_record(application, self.cluster)
        self.cluster.calls.clear()
        return Evaluation(application=application, cluster=self.cluster, comparison=comparison, record=record)

    def operate(
        self, found: Evaluation, again: Callable[[Evaluation], Evaluation] = lambda found: found
    ) -> tuple[Evaluation, OperationResult | None]:
        def noted(current: Evaluation) -> Evaluation:
            self.compared.append(current.record)
            return again(current)

        ancestry = Ancestry(self.session)
        return operate(found, self.session, assess, self.stop, ancestry=ancestry, say=self.lines.append, again=noted)

    @property
    def writes(self) -> list[str]:
        """What was written; dry runs and reviews, which store nothing, are left out."""
        verbs = ("create", "update", "patch", "delete")
        written = [call for call in self.cluster.calls if call.verb in verbs and not call.dry_run]
        return [f"{call.verb} {call.kind}" for call in written if not call.kind.endswith("Review")]

    def record(self, found: Evaluation) -> Record | None:
        return load_record(found.application, self.cluster)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with (tmp_path / "log").open("w") as log:
        yield Desk(tmp_path, log)


def recorded(found: Evaluation, phase: str = "Succeeded", revision: str = OURS) -> Record:
    rows = found.comparison.resources if found.comparison else ()
    inventory = tuple(row.key for row in rows)
    return Record(application="shop", phase=phase, revision=revision, inventory=inventory)


def test_the_lock_is_taken_before_the_first_write_and_released_after_the_last(desk: Desk) -> None:
    found, result = desk.operate(desk.evaluation([an("ConfigMap", "settings")]))
    assert result is not None
    assert result.phase == "Succeeded"
    assert desk.writes == ["create Lease", "patch Secret", "patch ConfigMap", "patch Secret", "delete Lease"]
    record = desk.record(found)
    assert record is not None
    assert (record.phase, record.revision, record.run_url) == ("Succeeded", OURS, RUN)


def test_after_the_last_object_got_healthy_the_record_is_written_and_the_lock_let_go_and_that_is_all(
    desk: Desk,
) -> None:
    desk.cluster.becomes["web"] = "Progressing"
    found = desk.evaluation([an("Deployment", "web"), an("ConfigMap", "settings")])
    asked: list[int] = []

    def before(call: Call) -> None:
        if call.verb == "watch" and not asked:
            [web] = desk.cluster.objects("Deployment")
            desk.cluster.turns(web, "Healthy")
            asked.append(len(desk.cluster.calls))

    desk.cluster.before = before
    _, result = desk.operate(found)
    assert result is not None
    assert result.phase == "Succeeded"
    after = [f"{call.verb} {call.kind}" for call in desk.cluster.calls[asked[0] :] if call.verb != "watch"]
    assert after == ["patch Secret", "get Lease", "delete Lease"]


def test_a_sync_with_nothing_to_do_takes_no_lock_and_writes_nothing(desk: Desk) -> None:
    found = desk.evaluation([], same=[an("ConfigMap", "settings")])
    save_record(recorded(found), found.application, desk.cluster)
    found = replace(found, record=desk.record(found))
    desk.cluster.calls.clear()
    desk.operate(found)
    assert desk.writes == []
    assert not [call for call in desk.cluster.calls if call.kind == "Lease"]


def test_where_only_the_commit_is_new_the_record_alone_is_written_under_the_lock(desk: Desk) -> None:
    found = desk.evaluation([], same=[an("ConfigMap", "settings")])
    save_record(recorded(found, revision=OTHER, phase="Failed"), found.application, desk.cluster)
    found = replace(found, record=desk.record(found))
    desk.cluster.calls.clear()
    desk.operate(found)
    assert desk.writes == ["create Lease", "patch Secret", "delete Lease"]


def test_a_record_that_changed_since_the_comparison_makes_it_compare_again_under_the_lock(desk: Desk) -> None:
    target = an("ConfigMap", "settings")
    found = desk.evaluation([target])
    other = recorded(found)
    save_record(other, found.application, desk.cluster)

    def compares_again(current: Evaluation) -> Evaluation:
        assert desk.cluster.get(LEASE, namespace="default", name=record_name(found.application))
        return replace(current, comparison=compare([], same=[target], cluster=desk.cluster))

    current, result = desk.operate(found, compares_again)
    assert desk.compared == [other]
    assert result is not None
    assert [(each.key.name, each.message) for each in result.resources] == [
        ("settings", "configmap/settings unchanged")
    ]
    assert "patch ConfigMap" not in desk.writes
    assert desk.writes[-1] == "delete Lease"
    assert current.record == desk.record(current) != other


def test_a_run_that_slept_while_it_held_the_lock_stops_before_its_next_write_and_records_nothing(desk: Desk) -> None:
    def sleeps(call: Call) -> None:
        if (call.verb, call.name, call.dry_run) == ("patch", "first", False):
            desk.clock.slept = 3600.0

    found = desk.evaluation([an("ConfigMap", "first"), an("ConfigMap", "second", wave=1)])
    desk.session = replace(desk.session, inputs=Inputs(timeout=7200.0))
    desk.cluster.before = sleeps
    _, result = desk.operate(found)
    name = record_name(found.application)
    assert desk.cluster.writes == [f"apply Secret/{name}", "apply ConfigMap/first", f"delete Lease/{name}"]
    assert result is not None
    assert (result.phase, result.message) == (
        "Failed",
        "the lock of shop could not be renewed in time; stopped before the next write, and not recorded",
    )
    record = desk.record(found)
    assert record is not None
    assert record.phase == "Running"


def test_the_lock_is_released_where_the_sync_ends_by_an_error(desk: Desk) -> None:
    found = desk.evaluation([an("ConfigMap", "settings")])

    def refuses_the_record(call: Call) -> None:
        if (call.verb, call.kind) == ("patch", "Secret"):
            raise Forbidden("may not", status=403)

    desk.cluster.before = refuses_the_record
    with pytest.raises(Forbidden, match="may not"):
        desk.operate(found)
    assert desk.writes == ["create Lease", "patch Secret", "delete Lease"]


def test_without_the_right_to_locks_nothing_is_written(desk: Desk) -> None:
    found = desk.evaluation([an("ConfigMap", "settings")])
    desk.cluster.before = refuse("create", record_name(found.application), Forbidden("may not", status=403))
    with pytest.raises(Forbidden, match="the lock of shop cannot be taken: may not"):
        desk.operate(found)
    assert desk.cluster.writes == []


def test_two_at_once_write_one_after_the_other(desk: Desk) -> None:
    target = an("ConfigMap", "settings")
    found = desk.evaluation([target])
    begun, go_on = threading.Event(), threading.Event()

    def holds(call: Call) -> None:
        if (call.verb, call.kind, call.dry_run) == ("patch", "ConfigMap", False):
            begun.set()
            go_on.wait(10)

    desk.cluster.before = holds
    first = threading.Thread(target=lambda: desk.operate(found))
    first.start()
    assert begun.wait(10)
    second = copy(desk)
    second.lines = Lines(go_on)
    current, _ = second.operate(
        found, lambda now: replace(now, comparison=compare([], same=[target], cluster=desk.cluster))
    )
    first.join(10)
    assert second.lines == [f"waiting for the sync of {RUN}"]
    assert current.record is not None
    assert current.record.phase == "Succeeded"
    assert desk.cluster.writes.count("apply ConfigMap/settings") == 1


class Lines(list[str]):
    """Lines, the first of which lets something go on."""

    def __init__(self, go_on: threading.Event) -> None:
        super().__init__()
        self.go_on = go_on

    def append(self, line: str) -> None:
        super().append(line)
        self.go_on.set()


def test_who_waits_is_stopped_by_a_signal(desk: Desk) -> None:
    found = desk.evaluation([an("ConfigMap", "settings")])
    spec = {"holderIdentity": "https://example.com/1#1", "leaseDurationSeconds": 30}
    metadata = {"name": record_name(found.application), "namespace": "default"}
    desk.cluster.put({"apiVersion": LEASE.api_version, "kind": "Lease", "metadata": metadata, "spec": spec})
    threading.Timer(0.1, desk.stop.set).start()
    with pytest.raises(Locked, match=r"interrupted while waiting for the sync of https://example\.com/1"):
        desk.operate(found)
    assert desk.cluster.writes == []


def test_where_nobody_can_tell_which_commit_is_older_it_goes_on_and_says_so(desk: Desk) -> None:
    found = desk.evaluation([an("ConfigMap", "settings")])
    save_record(recorded(found, revision=OTHER), found.application, desk.cluster)
    _, result = desk.operate(replace(found, record=desk.record(found)))
    assert result is not None
    assert result.phase == "Succeeded"
    assert "cannot tell whether aaaaaaa is older than bbbbbbb: there is no Git checkout" in desk.lines
