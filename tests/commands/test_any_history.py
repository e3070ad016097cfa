"""Any order of commits, syncs, rollbacks, edits by hand and lost connections: what holds after each of them.

A connection that is lost at some request and never comes back is, for the cluster, a run that was killed there.
"""

from __future__ import annotations

import itertools
import sys
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.workflow import connect_workflow
from gitops_action.application.application import Application, Automated, Destination, SyncPolicy
from gitops_action.application.settings import Settings
from gitops_action.commands.evaluate import Evaluation
from gitops_action.commands.older import Ancestry
from gitops_action.commands.operate import operate
from gitops_action.commands.recording import Intent
from gitops_action.commands.session import Ports, Session
from gitops_action.comparison.compare import compare
from gitops_action.comparison.model import SyncStatusCode
from gitops_action.errors import ClusterError, GitOpsError
from gitops_action.github.events import Event
from gitops_action.inputs import Inputs, Limit
from gitops_action.ports import Head
from gitops_action.rendering.checkout import Checkout
from gitops_action.rendering.context import Rendered
from gitops_action.resource import Resource
from gitops_action.resource.annotations import HOOK, HOOK_DELETE_POLICY, SYNC_WAVE, is_hook
from gitops_action.sync.record import OperationKind
from gitops_action.sync.record_store import load_record
from tests.fakes import FakeCluster
from tests.sync.example import TRACKING, LivelyCluster, assess

if TYPE_CHECKING:
    from gitops_action.sync.model import OperationResult
    from gitops_action.sync.record import Record
    from tests.fake_cluster import Call

NAMES = "abcde"
FOREIGN = "foreign"
SHOP = Application(
    name="shop",
    destination=Destination(namespace="default"),
    sync_policy=SyncPolicy(automated=Automated(prune=True, allow_empty=True)),
)


class Time:
    """A clock that goes on where somebody waits, and a stop that nobody sets."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return 1_700_000_000.0 + self.seconds

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def is_set(self) -> bool:
        return False

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds += timeout or 0.0
        return False


@dataclass(frozen=True, kw_only=True)
class Commit:
    revision: str
    targets: tuple[Resource, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(target.name for target in self.targets if not is_hook(target))


def config_map(name: str, value: int, wave: int) -> Resource:
    metadata = {"name": name, "namespace": "default", "annotations": {SYNC_WAVE: str(wave)}}
    return Resource({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"value": str(value)}})


def hook(phase: str) -> Resource:
    annotations = {HOOK: phase, HOOK_DELETE_POLICY: "HookSucceeded"}
    metadata = {"name": f"hook-{phase.lower()}", "namespace": "default", "annotations": annotations}
    return Resource({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})


class Histories(RuleBasedStateMachine):
    """One application on a cluster in memory; ``commits`` are what Git had, the newest last."""

    def __init__(self) -> None:
        super().__init__()
        self.cluster = LivelyCluster()
        self.time = Time()
        self.commits: list[Commit] = []
        self.numbers = itertools.count(1)
        self.left: int | None = None
        self.lock = threading.Lock()
        self.deleted: list[str] = []
        self.cluster.before = self._before
        self.session = Session(
            inputs=Inputs(prune=True, prune_limit=Limit(100, is_percent=True), wave_delay=0.0, timeout=300.0),
            event=Event(name="push", verb="sync"),
            ports=Ports(
                process=SubprocessProcess(), workflow=connect_workflow({}, sys.stderr), clock=self.time, environment={}
            ),
            checkout=Checkout.at("/", symlinks=()),
            git=None,
            head=Head(commit=""),
            settings=Settings(),
            applications=(),
            started=0.0,
        )
        foreign = config_map(FOREIGN, 0, 0)
        self.cluster.put(foreign.object, manager="somebody")

    # --- what happens ---

    @initialize()
    def first_commit(self) -> None:
        self.commits.append(Commit(revision=self._revision(), targets=(config_map("a", 1, 0),)))

    @rule(
        values=st.dictionaries(st.sampled_from(NAMES), st.tuples(st.integers(1, 3), st.integers(-1, 1))),
        hooks=st.sets(st.sampled_from(["PreSync", "PostSync"])),
    )
    def commit(self, values: dict[str, tuple[int, int]], hooks: set[str]) -> None:
        targets = [config_map(name, *found) for name, found in sorted(values.items())]
        targets += [hook(phase) for phase in sorted(hooks)]
        self.commits.append(Commit(revision=self._revision(), targets=tuple(targets)))

    @rule()
    def sync(self) -> None:
        self._sync(self.commits[-1], Intent())

    @rule(number=st.integers(0, 40))
    def sync_that_loses_its_connection(self, number: int) -> None:
        self.left = number
        try:
            self._sync(self.commits[-1], Intent())
        except GitOpsError:
            pass
        finally:
            self.left = None

    @precondition(lambda self: self.record() is not None and len(self.commits) > 1)
    @rule(data=st.data())
    def roll_back(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(self.commits[:-1]))
        intent = Intent(kind=OperationKind.ROLLBACK, revision=chosen.revision, rolled_back_to=0)
        self._sync(chosen, intent)

    @rule(name=st.sampled_from(NAMES), value=st.integers(1, 3))
    def edit_by_hand(self, name: str, value: int) -> None:
        live = self._live().get(name)
        if live is not None:
            self.cluster.put({**live.object, "data": {"value": str(value)}}, manager="kubectl-edit")

    @rule(name=st.sampled_from(NAMES))
    def delete_by_hand(self, name: str) -> None:
        live = self._live().get(name)
        if live is not None:
            kind = self.cluster.catalog().kinds["v1", "ConfigMap"]
            FakeCluster.delete(self.cluster, kind, live.key)

    # --- what holds ---

    @invariant()
    def what_is_somebody_elses_stays(self) -> None:
        assert FOREIGN in self._live()

    @invariant()
    def the_history_is_true(self) -> None:
        record = self.record()
        if record is not None:
            ids = [operation.id for operation in record.operations]
            assert ids == sorted(ids, reverse=True)
            known = {commit.revision for commit in self.commits}
            assert {operation.revision for operation in record.operations} <= known
            running = [operation.phase for operation in record.operations[1:] if operation.phase == "Running"]
            assert running == []

    # --- inside ---

    def record(self) -> Record | None:
        return load_record(SHOP, self.cluster)

    def _revision(self) -> str:
        return f"{next(self.numbers):040d}"

    def _live(self) -> dict[str, Resource]:
        return {found.name: found for found in self.cluster.objects("ConfigMap")}

    def _before(self, call: Call) -> None:
        with self.lock:
            if self.left is not None:
                if self.left <= 0:
                    raise ClusterError("the connection is lost")
                self.left -= 1

    def _evaluation(self, commit: Commit, record: Record | None) -> Evaluation:
        comparison = compare(
            SHOP,
            commit.targets,
            TRACKING,
            self.cluster,
            inventory=record.inventory if record else None,
            parallelism=1,
        )
        rendered = Rendered(targets=commit.targets, conditions=())
        return Evaluation(
            application=SHOP, cluster=self.cluster, comparison=comparison, record=record, rendered=rendered
        )

    def _sync(self, commit: Commit, intent: Intent) -> OperationResult:
        session = replace(self.session, head=Head(commit=commit.revision))
        tracked = {name for name, live in self._live().items() if TRACKING.owner(live) == TRACKING.instance}
        self.cluster.writes.clear()
        _, result = operate(
            self._evaluation(commit, self.record()),
            session,
            assess,
            self.time,
            ancestry=Ancestry(session),
            say=lambda line: None,
            again=lambda found: self._evaluation(commit, found.record),
            intent=intent,
        )
        assert result is not None
        self._check(commit, result, tracked)
        return result

    def _check(self, commit: Commit, result: OperationResult, tracked: set[str]) -> None:
        deleted = {write.rpartition("/")[2] for write in self.cluster.writes if write.startswith("delete ConfigMap/")}
        pruned = {name for name in deleted if not name.startswith("hook-")}
        assert pruned <= tracked - commit.names, "only what was tracked and is gone from Git"
        if self.left is not None:
            return
        assert result.phase == "Succeeded", result
        live = self._live()
        wanted = {target.name: target.object["data"] for target in commit.targets if not is_hook(target)}
        assert {name: found.object["data"] for name, found in live.items() if name in NAMES} == wanted
        assert not [name for name in live if name.startswith("hook-") and name in _hooks(commit)]
        record = self.record()
        assert record is not None
        assert (record.phase, record.revision) == ("Succeeded", commit.revision)
        assert self._evaluation(commit, record).comparison.status is SyncStatusCode.SYNCED  # type: ignore[union-attr] # it was compared just now
        if (
            result.changed
        ):  # one of a run that was killed after its last word delays nobody, and goes with the next write
            assert self.cluster.objects("Lease") == []


def _hooks(commit: Commit) -> set[str]:
    return {target.name for target in commit.targets if is_hook(target)}


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=300 if "--nightly" in sys.argv else 12, stateful_step_count=12, deadline=None
)
