"""``doctor``: whether all that a run needs is there: programs, GitHub, clusters, and the rights in them.

In: a session and its clusters. Out: ``Finding`` values in the order of a run; what is missing comes with what grants
it. Reads, renders and asks the API servers for reviews; writes nothing.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from gitops_action import __version__
from gitops_action.adapters.tools import catalogue_dir, find_tool
from gitops_action.commands.evaluate import opened, render_one
from gitops_action.commands.options import sync_options
from gitops_action.errors import ExitCode, GitOpsError
from gitops_action.ports import ApiKind, Command
from gitops_action.resource import Resource
from gitops_action.sync.record import record_namespace
from gitops_action.sync.rights import denied, granting_roles, rights_to_compare, rights_to_sync

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitops_action.application.application import Application
    from gitops_action.commands.clusters import Clusters
    from gitops_action.commands.session import Session
    from gitops_action.ports import Cluster
    from gitops_action.sync.rights import Place, Right

_VERSIONS: Final = {"helm": ("version", "--short"), "kustomize": ("version",)}
_SKEW: Final = 30.0
"""Seconds that two clocks may differ before certificates and tokens of short life are in danger."""
_SELF: Final = ApiKind(
    group="authentication.k8s.io",
    version="v1",
    kind="SelfSubjectReview",
    plural="selfsubjectreviews",
    namespaced=False,
)


class Verdict(StrEnum):
    """Whether a thing is as it has to be."""

    GOOD = "ok"
    NOTE = "note"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; ``exit_code`` is what its lack makes of the run."""

    about: str
    verdict: Verdict
    message: str
    remedy: str = ""
    exit_code: ExitCode = ExitCode.OK


@dataclass(slots=True)
class _Needs:
    """What the applications of one cluster need; ``server`` is shown."""

    cluster: Cluster
    to_compare: set[Right] = field(default_factory=set)
    to_sync: set[Right] = field(default_factory=set)


def examine(session: Session, clusters: Clusters | None, *, can_sync: bool = True) -> tuple[Finding, ...]:
    """Return all that was looked at; without ``can_sync`` the rights to write are not asked for."""
    return (
        _event(session),
        *_programs(session),
        *_applications(session, clusters, can_sync=can_sync),
    )


def broken(about: str, error: GitOpsError) -> Finding:
    """Return the finding of something that failed."""
    message = "\n".join(filter(None, (error.summary, error.detail)))
    return Finding(
        about=about, verdict=Verdict.MISSING, message=message, remedy=error.remedy, exit_code=error.exit_code
    )


def _event(session: Session) -> Finding:
    event = session.event
    if not event.name:
        return Finding(about="event", verdict=Verdict.NOTE, message="none: this is no workflow run")
    message = f"{event.name} of {event.repository}, which means {event.verb}"
    if event.is_fork or event.lacks_secrets:
        return Finding(
            about="event",
            verdict=Verdict.NOTE,
            message=f"{message}; such runs get no secrets and a token that only reads",
            remedy="Applications are rendered and not compared, and the report is in the job summary.",
        )
    return Finding(about="event", verdict=Verdict.GOOD, message=message)


def _programs(session: Session) -> Iterator[Finding]:
    yield Finding(about="gitops-action", verdict=Verdict.GOOD, message=__version__)
    for name, arguments in _VERSIONS.items():
        try:
            path = find_tool(name)
            argv = (path, *arguments)
            answer = session.ports.process.run(Command(argv=argv, cwd=str(session.checkout.root), env={"HOME": "/"}))
        except GitOpsError as error:
            yield broken(name, error)
        else:
            yield Finding(about=name, verdict=Verdict.GOOD, message=f"{answer.stdout.decode().strip()} ({path})")
    folder = catalogue_dir()
    if folder is None:
        yield Finding(
            about="health scripts",
            verdict=Verdict.NOTE,
            message="Argo CD's catalogue is not installed: custom resources are judged by their conditions",
            remedy="Use the container image, or run: python3 tools/build.py catalogue",
        )
    else:
        yield Finding(about="health scripts", verdict=Verdict.GOOD, message=str(folder))


def _applications(session: Session, clusters: Clusters | None, *, can_sync: bool) -> Iterator[Finding]:
    for problem in session.problems:
        yield broken("files", problem)
    if clusters is None:
        yield Finding(about="cluster", verdict=Verdict.NOTE, message="none was looked for")
        return
    needs: dict[str, _Needs] = {}
    told: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="gitops-action-") as scratch:
        for application in session.applications:
            try:
                _gather(application, session, clusters, scratch, needs)
            except GitOpsError as error:
                if error.summary not in told:
                    told.add(error.summary)
                    yield broken(f"application {application.name}", error)
    if not session.applications:
        yield Finding(about="applications", verdict=Verdict.NOTE, message="none was found")
    for need in needs.values():
        yield from _cluster(need, session.ports.clock.now(), can_sync=can_sync)


def _gather(
    application: Application, session: Session, clusters: Clusters, scratch: str, needs: dict[str, _Needs]
) -> None:
    """Add what one application needs in its cluster."""
    found = opened(application, session, clusters)
    cluster = found.cluster
    if cluster is None:
        return
    need = needs.setdefault(f"{cluster.context} {cluster.server}", _Needs(cluster))
    rendered = render_one(found.application, session, cluster.catalog(), scratch)
    kinds = ((cluster.catalog().find(target), target.namespace) for target in rendered.targets)
    places: list[Place] = [(kind, namespace) for kind, namespace in kinds if kind is not None]
    state = session.inputs.state_namespace or record_namespace(application)
    need.to_compare |= set(rights_to_compare(places))
    prune = sync_options(application, session).prune
    need.to_sync |= set(rights_to_sync(places, state_namespace=state, prune=prune))


def _cluster(need: _Needs, now: float, *, can_sync: bool) -> Iterator[Finding]:
    about = f"cluster {need.cluster.server}"
    try:
        yield Finding(about=about, verdict=Verdict.GOOD, message=f"Kubernetes {need.cluster.catalog().git_version}")
        user, skew = _who(need.cluster, now)
        if abs(skew) > _SKEW:
            yield Finding(
                about=about,
                verdict=Verdict.NOTE,
                message=f"its clock and this machine's differ by {abs(skew):.0f} s",
                remedy="Set the clocks: certificates and short-lived tokens may not be valid yet, or no longer.",
            )
        needed = sorted(need.to_compare | need.to_sync if can_sync else need.to_compare)
        lacking = set(denied(needed, need.cluster))
    except GitOpsError as error:
        yield broken(about, error)
        return
    yield _rights(about, user, "compare", lacking & need.to_compare, len(need.to_compare))
    if can_sync:
        rest = need.to_sync - need.to_compare
        yield _rights(about, user, "sync as well", lacking & rest, len(rest))
    if lacking:
        yield Finding(
            about=about,
            verdict=Verdict.NOTE,
            message="an administrator grants all of that with `kubectl apply` of:",
            remedy=granting_roles(lacking, user=user),
        )


def _rights(about: str, user: str, verb: str, lacking: Iterable[Right], total: int) -> Finding:
    missing = sorted(lacking)
    if not missing:
        message = f"user {user} has all {total} rights that it takes to {verb}"
        return Finding(about=about, verdict=Verdict.GOOD, message=message)
    return Finding(
        about=about,
        verdict=Verdict.MISSING,
        message=f"user {user} lacks {len(missing)} of {total} rights that it takes to {verb}:\n"
        + "\n".join(f"- {line}" for line in _grouped(missing)),
        exit_code=ExitCode.CLUSTER,
    )


def _grouped(rights: Iterable[Right]) -> Iterator[str]:
    """Yield a line for each resource with the verbs that are missing."""
    verbs: dict[Right, list[str]] = defaultdict(list)
    for right in rights:
        verbs[right._replace(verb="")].append(right.verb)
    for place, missing in verbs.items():
        yield f"{', '.join(missing)}{place}"


def _who(cluster: Cluster, now: float) -> tuple[str, float]:
    """Return who we are to the cluster, and by how many seconds its clock is ahead of ours."""
    question = {"apiVersion": _SELF.api_version, "kind": _SELF.kind, "metadata": {}}
    answer = cluster.create(_SELF, Resource(question))
    made = str(answer.metadata.get("creationTimestamp") or "")
    skew = datetime.fromisoformat(made).timestamp() - now if made else 0.0
    info = (answer.object.get("status") or {}).get("userInfo") or {}
    return str(info.get("username") or ""), skew
