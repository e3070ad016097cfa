"""``actions``: what can be done with the objects of an application, and doing it, by Argo CD's Lua scripts.

In: a session, its clusters, one application and which of its objects are meant. Out: the actions there are, or what one
of them wrote. An action is run under the application's lock on an object that was read anew, is tracked for the
application and permitted by its project; the scripts are the catalogue's and the settings' in force, never those of a
pull request.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops_action.adapters.action_scripts import open_actions
from gitops_action.commands.evaluate import evaluate
from gitops_action.commands.operate import holder_of
from gitops_action.errors import ApplicationError, Refused, UsageError
from gitops_action.lua.sandbox import LuaFailed
from gitops_action.sync.lock import ApplicationLock
from gitops_action.sync.resource_action import carry_out

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence

    from gitops_action.adapters.action_scripts import ActionRunner
    from gitops_action.application.application import Application
    from gitops_action.commands.clusters import Clusters
    from gitops_action.commands.evaluate import Evaluation
    from gitops_action.commands.session import Session
    from gitops_action.comparison.model import ResourceComparison
    from gitops_action.lua.actions import ResourceAction
    from gitops_action.ports import Cluster
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.sync.resource_action import Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which objects are meant; what is empty (``group``: ``None``) leaves it open."""

    kind: str = ""
    group: str | None = None
    name: str = ""
    namespace: str = ""
    all: bool = False

    def matches(self, key: ResourceKey) -> bool:
        """Return whether an object is meant."""
        return (
            self.kind in ("", key.kind)
            and self.group in (None, key.group)
            and self.name in ("", key.name)
            and self.namespace in ("", key.namespace)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailableAction:
    """One action of one object."""

    key: ResourceKey
    action: ResourceAction


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRun:
    """What an action did with one object; ``is_dry_run`` says that it was tried and not done."""

    application: str
    action: str
    key: ResourceKey
    written: tuple[Written, ...]
    is_dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRequest:
    """An action to run, its parameters, and whether only to try it."""

    action: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    is_dry_run: bool = False


def list_actions(session: Session, clusters: Clusters, selection: Selection) -> tuple[AvailableAction, ...]:
    """Return the actions of the objects that are meant.

    Raises ``GitOpsError`` where the application cannot be compared, or a discovery script fails.
    """
    found = _evaluated(_only(session), session, clusters)
    actions = open_actions(session.settings.customizations, session.ports.clock)
    return tuple(
        AvailableAction(key=row.key, action=action)
        for row in _chosen(found, selection, wants_one=False)
        if row.live is not None
        for action in _discovered(row.live, actions)
    )


def run_action(
    session: Session, clusters: Clusters, selection: Selection, request: ActionRequest, stop: threading.Event
) -> tuple[ActionRun, ...]:
    """Run an action on the objects that are meant, one after the other, and return what was done.

    Raises ``Refused`` where it must not be run, ``ApplicationError`` where its script fails, ``Locked`` where a sync
    does not end in time, and ``ClusterError`` where the API server refuses.
    """
    application = _only(session)
    found = _evaluated(application, session, clusters)
    if found.cluster is None:
        raise RuntimeError("an application is compared only with a cluster")
    rows = _chosen(found, selection, wants_one=not selection.all)
    groups = sorted({row.key.group for row in rows})
    if len(groups) > 1:
        raise UsageError(
            f"{selection.kind} is a kind of several groups: {', '.join(group or 'core' for group in groups)}",
            remedy="Name one with --group.",
        )
    actions = open_actions(session.settings.customizations, session.ports.clock)
    with _lock(application, found.cluster, session, stop) as lock:
        if not request.is_dry_run:
            lock.take()
        return tuple(_run_one(row, found, actions, request, lock.check) for row in rows)


def _only(session: Session) -> Application:
    if len(session.applications) != 1:
        raise UsageError("an action is run on one application", remedy="Name the application.")
    return session.applications[0]


def _evaluated(application: Application, session: Session, clusters: Clusters) -> Evaluation:
    with tempfile.TemporaryDirectory(prefix="gitops-action-") as scratch:
        found = evaluate(application, session, clusters, lambda live: None, scratch)  # noqa: ARG005 - health is not asked
    errors = [condition for condition in found.conditions if condition.is_error]
    if found.comparison is None or errors:
        reason = "; ".join(condition.message for condition in errors) or "it could not be compared"
        raise ApplicationError(f"{application.name}: {reason}", remedy="An action needs to know what is its own.")
    return found


def _chosen(found: Evaluation, selection: Selection, *, wants_one: bool) -> tuple[ResourceComparison, ...]:
    rows = found.comparison.resources if found.comparison else ()
    chosen = tuple(row for row in rows if row.live is not None and selection.matches(row.key))
    if not chosen:
        raise UsageError(
            f"{found.application.name} has no such object in the cluster",
            remedy="`gitops-action actions list` names the objects that have actions.",
        )
    if wants_one and len(chosen) > 1:
        raise UsageError(
            f"{len(chosen)} objects of {found.application.name} are meant",
            detail="\n".join(str(row.key) for row in chosen[:20]),
            remedy="Name one with --resource-name and --namespace, or run it on all with --all.",
        )
    return chosen


def _discovered(live: Resource, actions: ActionRunner) -> tuple[ResourceAction, ...]:
    try:
        return actions.discover(live)
    except LuaFailed as error:
        raise ApplicationError(f"{live.key}: its actions cannot be told: {error}", remedy=_SCRIPT) from error


_SCRIPT = "Correct the script in `argocd-cm`, key `resource.customizations.actions`, if it is one of yours."


def _run_one(
    row: ResourceComparison, found: Evaluation, actions: ActionRunner, request: ActionRequest, check: Callable[[], None]
) -> ActionRun:
    live = _fresh(row, found)
    parameters = _parameters(request, _available(request, _discovered(live, actions), live))
    try:
        impacted = actions.run(request.action, live, parameters)
    except LuaFailed as error:
        raise ApplicationError(f"{live.key}: action {request.action} failed: {error}", remedy=_SCRIPT) from error
    if impacted is None:
        raise ApplicationError(f"{live.key}: action {request.action} has no script", remedy=_SCRIPT)
    for each in impacted:
        if reason := found.denial(each.resource.key):
            raise Refused(f"action {request.action} writes {each.resource.key}, which is not permitted: {reason}")
    check()
    if found.cluster is None:
        raise RuntimeError("an application is compared only with a cluster")
    written = carry_out(impacted, live, found.cluster, dry_run=request.is_dry_run)
    return ActionRun(
        application=found.application.name,
        action=request.action,
        key=live.key,
        written=written,
        is_dry_run=request.is_dry_run,
    )


def _fresh(row: ResourceComparison, found: Evaluation) -> Resource:
    """Return the object as it is now; it must be there, and the application's own."""
    if row.kind is None or found.cluster is None or found.comparison is None:
        raise RuntimeError("an object that lives has a kind")
    live = found.cluster.get(row.kind, namespace=row.key.namespace, name=row.key.name)
    if live is None:
        raise ApplicationError(f"{row.key} is not in the cluster any more", remedy="Sync the application.")
    owner = found.comparison.tracking.owner(live)
    if owner != found.comparison.tracking.instance:
        whose = f"application {owner}" if owner else "no application"
        raise Refused(
            f"{row.key} is tracked for {whose}, not for {found.application.name}",
            remedy="Sync the application first, so that the object is its own.",
        )
    return live


def _available(request: ActionRequest, available: Sequence[ResourceAction], live: Resource) -> ResourceAction:
    """Return the action; one that nobody names is an error, and a disabled one is refused (HLT-7)."""
    known = {action.name: action for action in available}
    if request.action not in known:
        names = ", ".join(known) or "none"
        raise UsageError(f"{live.key} has no action {request.action}", remedy=f"Its actions are: {names}.")
    if known[request.action].disabled:
        raise Refused(f"{live.key}: action {request.action} is disabled in its present state")
    return known[request.action]


def _parameters(request: ActionRequest, action: ResourceAction) -> dict[str, str]:
    """Return the action's parameters, all of them, and no other."""
    defaults = dict(action.parameters)
    if unknown := sorted(set(request.parameters) - set(defaults)):
        names = ", ".join(defaults) or "none"
        raise UsageError(f"action {action.name} has no parameter {unknown[0]}", remedy=f"Its parameters are: {names}.")
    given = defaults | dict(request.parameters)
    if missing := [name for name, value in given.items() if value is None]:
        raise UsageError(
            f"action {action.name} needs parameter {missing[0]}", remedy=f"Give it with --param {missing[0]}=VALUE."
        )
    return {name: value for name, value in given.items() if value is not None}


def _lock(application: Application, cluster: Cluster, session: Session, stop: threading.Event) -> ApplicationLock:
    return ApplicationLock(
        application,
        cluster,
        holder=holder_of(session),
        clock=session.ports.clock,
        stop=stop,
        timeout=session.inputs.timeout,
        say=session.ports.workflow.log,
        state_namespace=session.inputs.state_namespace,
    )
