"""Whose an application is: one repository's, one file's, one cluster's. Another one is refused.

In: the session, an application and its record. Out: nothing, or a ``Refused``. What neither side knows proves nothing:
a checkout without a remote, a record of the first version.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.application.repository_url import normalized_url
from gitops_action.errors import Forbidden, Refused
from gitops_action.sync.record import Owner

if TYPE_CHECKING:
    from gitops_action.application.application import Application
    from gitops_action.commands.session import Session
    from gitops_action.ports import Cluster
    from gitops_action.sync.record import Record


def owner_of(application: Application, session: Session) -> Owner:
    """Return who this run is, as its record will say it."""
    urls = _repositories(session)
    return Owner(
        repository_id=session.event.repository_id,
        repository=urls[0] if urls else "",
        path=application.file,
        branch=session.event.tracked_branch or session.head.branch,
    )


def uid_of(cluster: Cluster) -> str:
    """Return what tells the cluster apart; empty for who may not read it."""
    try:
        return cluster.cluster_uid()
    except Forbidden:
        return ""


def check_owner(application: Application, record: Record | None, session: Session, cluster: Cluster) -> None:
    """Raise ``Refused`` where the record is another repository's, file's or cluster's."""
    if record is None or session.inputs.take_over:
        return
    if record.cluster_uid and (uid := uid_of(cluster)) and uid != record.cluster_uid:
        raise Refused(
            f"{application.name}: not synced, for its record was made in another cluster",
            detail=f"kube-system there had UID {record.cluster_uid}, here it has {uid}.",
            remedy="Was the namespace restored from another cluster's backup? Then set `take-over` once.",
        )
    if other := _other(application, record.owner, session):
        raise Refused(
            f"{application.name}: not synced, for it belongs to {other}",
            detail=f"The last sync was {record.run_url}." if record.run_url else "",
            remedy="Give the application another name or destination namespace; to move it here, set `take-over` once.",
        )


def is_ours(owner: Owner, session: Session) -> bool:
    """Return whether an owner surely is this run's repository."""
    if owner.repository_id and session.event.repository_id:
        return owner.repository_id == session.event.repository_id
    return bool(owner.repository) and _path(owner.repository) in map(_path, _repositories(session))


def _other(application: Application, owner: Owner, session: Session) -> str:
    """Return who else owns the application; empty where nobody else surely does."""
    repositories = _repositories(session)
    ids_known = bool(owner.repository_id and session.event.repository_id)
    if ids_known and owner.repository_id != session.event.repository_id:
        return f"repository {owner.repository or owner.repository_id}"
    is_elsewhere = bool(owner.repository and repositories) and _path(owner.repository) not in map(_path, repositories)
    if not ids_known and is_elsewhere:
        return f"repository {owner.repository}"
    if owner.path and application.file and owner.path != application.file:
        # A file that is gone was moved; one that is still there describes another application of that name.
        return f"{owner.path} of this repository" if (_root(session) / owner.path).is_file() else ""
    return ""


def _repositories(session: Session) -> list[str]:
    """Return the names of this repository, comparable, GitHub's own first."""
    event = session.event
    github = f"{event.server_url}/{event.repository}" if event.server_url and event.repository else ""
    urls = [github, *(session.git.remotes() if session.git else ())]
    return [short for url in urls if url and (short := _short(url))]


def _short(url: str) -> str:
    """Return host and path, so that https, ssh and git name the same repository."""
    return normalized_url(url).partition("//")[2].rpartition("@")[2] or normalized_url(url).rpartition("@")[2]


def _path(repository: str) -> str:
    """Return owner and name: the host may be an alias that only one machine knows."""
    return repository.partition("/")[2]


def _root(session: Session) -> Path:
    return Path(session.git.root if session.git else session.inputs.working_directory)
