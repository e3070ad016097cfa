"""``export``: what Argo CD has in a cluster, as files that this program reads. Changes nothing in the cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.adapters.cluster import ApiServer
from gitops_action.application.discovery import ARGOCD_GROUP, SETTINGS_NAME, discover
from gitops_action.commands.exported import FOLDERS, exported, exported_settings, maker
from gitops_action.commands.kubeconfig import kubeconfig_of
from gitops_action.errors import ApplicationError, ClusterError, ExitCode, Refused, UsageError
from gitops_action.ports import ApiKind
from gitops_action.resource.key import GroupKind
from gitops_action.resource.yaml_dump import dump

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from gitops_action.commands.exported import Exported
    from gitops_action.errors import GitOpsError
    from gitops_action.inputs import Inputs
    from gitops_action.ports import Cluster
    from gitops_action.resource import Resource

_CONFIG_MAPS = ApiKind(group="", version="v1", kind="ConfigMap", plural="configmaps", namespaced=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What was found: files by path, what a reader must know, and what was not exported."""

    files: Mapping[str, str]
    notes: tuple[str, ...] = ()
    problems: tuple[GitOpsError, ...] = ()

    @property
    def stream(self) -> str:
        """All documents, one after the other."""
        return "".join(f"---\n{text}" for text in self.files.values())

    @property
    def exit_code(self) -> ExitCode:
        """How the verb ends."""
        return ExitCode.worst(problem.exit_code for problem in self.problems)


def connect(inputs: Inputs, environment: Mapping[str, str], mask: Callable[[str], None]) -> ApiServer:
    """Return the cluster that the inputs name, and no other."""
    connection = kubeconfig_of(inputs, environment, mask).connect()
    for secret in connection.secrets():
        mask(secret)
    cluster = ApiServer(connection)
    if inputs.cluster_uid and cluster.cluster_uid() != inputs.cluster_uid:
        raise Refused(f"{cluster.server} is not the cluster that input cluster-uid names")
    return cluster


def export(cluster: Cluster, namespace: str, *, everything: bool = False, with_credentials: bool = False) -> Export:
    """Return what a namespace holds.

    ``everything`` includes Applications that an ApplicationSet or another Application makes; ``with_credentials`` those
    that seem to hold a credential. Raises ``ClusterError`` where Argo CD is not installed, or may not be read.
    """
    catalog = cluster.catalog()
    kinds = [kind for name in FOLDERS if (kind := catalog.preferred.get(GroupKind(ARGOCD_GROUP, name)))]
    if not kinds:
        raise ClusterError(
            f"{cluster.server} serves no Application of {ARGOCD_GROUP}: Argo CD is not installed there",
            remedy="Is it the right cluster? `context` names another one of the kubeconfig.",
        )
    live = [each for kind in kinds for each in cluster.list(kind, namespace=namespace).items]
    made, own = _split(live, everything=everything)
    settings = cluster.get(_CONFIG_MAPS, namespace=namespace, name=SETTINGS_NAME)
    notes = [f"{maker} makes {_listed(names)}, left out: --all exports them as well" for maker, names in made.items()]
    is_control_plane = settings is not None
    documents = [
        exported(each, of_control_plane=is_control_plane)
        for each in sorted(own, key=lambda each: (list(FOLDERS).index(each.kind), each.name))
    ]
    if settings:
        document, left_out = exported_settings(settings)
        documents.append(document)
        notes += [f"{SETTINGS_NAME}: left out, for they mean nothing here: {', '.join(left_out)}"] if left_out else []
    if not documents:
        raise UsageError(
            f"namespace {namespace} of {cluster.server} holds nothing of Argo CD",
            remedy="Name the namespace that Argo CD is installed in, or that its Applications are in.",
        )
    withheld = [] if with_credentials else [each for each in documents if each.credentials]
    files = {each.path: dump(each.document) for each in documents if each not in withheld}
    unread = discover((path, text.encode()) for path, text in files.items()).problems
    return Export(files=files, notes=tuple(notes), problems=(*unread, *(_withheld(each) for each in withheld)))


def write(found: Export, folder: Path, *, force: bool) -> tuple[str, ...]:
    """Write the files and return those that are new or changed.

    Raises ``UsageError`` before the first is written where one is there with another content, unless that is meant.
    """
    texts = {folder / path: text for path, text in found.files.items()}
    changed = {path: text for path, text in texts.items() if not _has(path, text)}
    there = [str(path) for path in changed if path.exists() or path.is_symlink()]
    if there and not force:
        raise UsageError(
            f"{there[0]} is there already, with another content" + (f" (and {len(there) - 1} more)" * (len(there) > 1)),
            detail="\n".join(there),
            remedy="Export to another folder, or overwrite these files by --force. Nothing was written.",
        )
    for path, text in changed.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    return tuple(str(path) for path in changed)


def _has(path: Path, text: str) -> bool:
    return path.is_file() and not path.is_symlink() and path.read_bytes() == text.encode()


def _split(live: Sequence[Resource], *, everything: bool) -> tuple[dict[str, list[str]], list[Resource]]:
    """Return the names of what others make, by who makes it, and the rest."""
    names = frozenset(each.name for each in live if each.kind == "Application")
    made: dict[str, list[str]] = {}
    own = []
    for each in live:
        parent = "" if everything else maker(each, names)
        if parent:
            made.setdefault(parent, []).append(each.name)
        else:
            own.append(each)
    return made, own


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(sorted(names)[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def _withheld(document: Exported) -> GitOpsError:
    kind, name = document.document["kind"], document.document["metadata"]["name"]
    return ApplicationError(
        f"{kind} {name} is not exported: it seems to hold a credential in {document.credentials[0]}",
        detail="\n".join(document.credentials[1:]),
        remedy="Move it into a Secret of the cluster, or write it nevertheless by --with-credentials.",
    )
