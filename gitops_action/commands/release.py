"""``release``: give an application up. Its objects stay; tracking, field ownership and the record go.

In: a session and its clusters. Out: a line for each object. What cannot be read ends the release of that application
before anything is changed; one that is cut short is finished by the next, for the record goes last.
"""

from __future__ import annotations

import secrets
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.commands.evaluate import render_one, tracking
from gitops_action.comparison.live import read_live, wanted
from gitops_action.errors import ApplicationError, NotFound
from gitops_action.resource import ResourceKey
from gitops_action.sync.lock import ApplicationLock
from gitops_action.sync.record import record_name, record_namespace
from gitops_action.sync.record_store import load_record
from gitops_action.sync.release import release_patch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitops_action.application.application import Application
    from gitops_action.commands.clusters import Clusters
    from gitops_action.commands.session import Session
    from gitops_action.ports import Cluster
    from gitops_action.resource import Resource
    from gitops_action.resource.resource import JsonObject

_LOCK_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What giving up one application would do: the patch of each object, and the record that goes."""

    application: Application
    cluster: Cluster
    patches: tuple[tuple[Resource, tuple[JsonObject, ...]], ...]
    record: ResourceKey | None


def plan(application: Application, session: Session, clusters: Clusters) -> Release:
    """Return what there is of an application to give up.

    Raises ``GitOpsError`` where it cannot be read as a whole.
    """
    cluster = clusters.find(application.destination)
    record = load_record(application, cluster, session.inputs.state_namespace)
    marks = tracking(application, session)
    keys = record.inventory if record else _rendered(application, session, cluster)
    want = wanted({}, keys, cluster.catalog(), application.destination.namespace)
    with ThreadPoolExecutor(max_workers=session.parallelism) as executor:
        state = read_live(cluster, executor, want, marks)
    for what, why in (*state.unlisted.items(), *state.unread.items()):
        raise ApplicationError(
            f"{application.name} cannot be released: {_named(what)} cannot be read: {why}",
            remedy="Nothing was changed. Give this user the right to read it, and release again.",
        )
    found = [(live, release_patch(live, marks)) for _, live in sorted(state.objects.items())]
    namespace = record_namespace(application, session.inputs.state_namespace)
    return Release(
        application=application,
        cluster=cluster,
        patches=tuple((live, patch) for live, patch in found if patch),
        record=ResourceKey("", "Secret", namespace, record_name(application)) if record else None,
    )


def carry_out(planned: Release, session: Session, say: Callable[[str], None]) -> None:
    """Give the application up, while no sync of it runs.

    Raises ``GitOpsError`` where the cluster refuses; what was released until then stays so.
    """
    cluster, catalog = planned.cluster, planned.cluster.catalog()
    lock = ApplicationLock(
        planned.application,
        cluster,
        holder=f"release of {planned.application.name}#{secrets.token_hex(8)}",
        clock=session.ports.clock,
        stop=threading.Event(),
        timeout=_LOCK_SECONDS,
        say=say,
        state_namespace=session.inputs.state_namespace,
    )
    with lock:
        lock.take()
        for live, patch in planned.patches:
            lock.check()
            cluster.patch(catalog.kinds[live.api_version, live.kind], live.key, patch)
            say(f"released {_named(live.key)}")
        if planned.record:
            lock.check()
            try:
                cluster.delete(catalog.kinds["v1", "Secret"], planned.record, propagation="Background")
            except NotFound:
                return
            say(f"deleted the record {planned.record.namespace}/{planned.record.name}")


def described(planned: Release) -> Sequence[str]:
    """Return what would be done, a line each."""
    lines = [f"would release {_named(live.key)}" for live, _ in planned.patches]
    record = planned.record
    return (*lines, *([f"would delete the record {record.namespace}/{record.name}"] if record else []))


def _rendered(application: Application, session: Session, cluster: Cluster) -> tuple[ResourceKey, ...]:
    """Return what the application would apply: without a record only Git knows what may be its own."""
    with tempfile.TemporaryDirectory(prefix="release-") as scratch:
        rendered = render_one(application, session, cluster.catalog(), scratch)
    for condition in rendered.conditions:
        if condition.is_error:
            raise ApplicationError(
                f"{application.name} cannot be released: it has no record, and {condition.message}",
                remedy=condition.remedy,
            )
    return tuple(target.key for target in rendered.targets)


def _named(what: object) -> str:
    return (
        f"{what.kind} {what.namespace}/{what.name}".replace(" /", " ") if isinstance(what, ResourceKey) else str(what)
    )
