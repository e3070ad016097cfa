"""Where the files of a source come from: the checkout, or whoever fetches other repositories and charts.

In: a source and the run's ``RenderContext``. Out: a ``SourceTree`` with the files, or only the ``ResolvedSource`` that
tells what they would be. ``Sources`` is what fetches; without one, only the checkout renders.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gitops_action.application.repository_url import normalized_url
from gitops_action.errors import ApplicationError
from gitops_action.rendering.repository import is_this_repository

if TYPE_CHECKING:
    from gitops_action.application.application import Application, Source
    from gitops_action.rendering.checkout import Checkout
    from gitops_action.rendering.context import RenderContext, Rendered


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedSource:
    """What a source's ``targetRevision`` means now: a commit, a chart's version, or an artifact's digest.

    ``digest`` is the content's where it is known before it is fetched, as from a chart repository's index.
    """

    revision: str
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTree:
    """The files of a source at one revision. ``path`` is where in them the source is: a chart is at the root."""

    checkout: Checkout
    revision: str
    path: str


class Sources(Protocol):
    """Fetches what is not checked out. Safe to call from many threads; what was resolved once stays for the run.

    Raises ``ApplicationError`` where a source is not there, not allowed, or does not answer in time; the message holds
    no credential.
    """

    def resolve(self, source: Source, project: str) -> ResolvedSource:
        """Return what the source's revision means, asking its server at most once a run."""
        ...

    def tree(self, source: Source, project: str) -> SourceTree:
        """Return the source's files, fetched at most once a run. They are shared: nobody writes into them."""
        ...

    def file(self, url: str, project: str) -> bytes:
        """Return the content of one file by its URL."""
        ...


class Recording:
    """Sources that remember what was fetched by them; ``names`` are URLs with their revisions."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._names: dict[str, None] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """What was fetched so far, each once."""
        return tuple(self._names)

    def resolve(self, source: Source, project: str) -> ResolvedSource:
        """Return what the source's revision means."""
        return self._sources.resolve(source, project)

    def tree(self, source: Source, project: str) -> SourceTree:
        """Return the source's files."""
        found = self._sources.tree(source, project)
        chart = f"/{source.chart}" if source.chart else ""
        self._names[f"{without_credentials(source.repo_url)}{chart}@{found.revision}"] = None
        return found

    def file(self, url: str, project: str) -> bytes:
        """Return the content of one file."""
        self._names[without_credentials(url)] = None
        return self._sources.file(url, project)


def without_credentials(url: str) -> str:
    """Return a URL as it may be shown."""
    return re.sub(r"://[^/@]*@", "://", url)


def fetched_sources(application: Application, rendered: Rendered, checked_out: str) -> tuple[str, ...]:
    """Return, in words, the sources that are not of the ``checked_out`` commit, and what else was fetched."""
    found = []
    for source, revision in zip(application.sources, rendered.revisions, strict=False):
        if revision != checked_out:
            chart = f"/{source.chart}" if source.chart else ""
            found.append(f"{without_credentials(source.repo_url)}{chart}@{revision}")
    return tuple(dict.fromkeys((*found, *rendered.fetched)))


def is_checkout(source: Source, context: RenderContext) -> bool:
    """Return whether a source means the checked-out files: this repository, at the revision that is checked out."""
    return is_repository(source, context) and is_tracked(source.target_revision, context)


def is_repository(source: Source, context: RenderContext) -> bool:
    """Return whether a source is of the repository that is checked out, at whatever revision."""
    if source.chart or source.repo_url.lower().startswith("oci://"):
        return False
    return not source.repo_url or is_this_repository(
        source.repo_url,
        remotes=context.remotes,
        github_repository_url=context.github_repository_url,
        root=context.checkout.root,
    )


def is_tracked(revision: str, context: RenderContext) -> bool:
    """Return whether a revision of this repository is the one that is checked out."""
    return (
        revision in ("", "HEAD", context.revision)
        or revision in context.tracked_revisions
        or revision.removeprefix("refs/heads/") in context.tracked_revisions
    )


def resolve(source: Source, project: str, context: RenderContext) -> ResolvedSource:
    """Return what the source's revision means."""
    if is_checkout(source, context):
        return ResolvedSource(revision=context.revision)
    return _fetching(context).resolve(source, project)


def tree(source: Source, project: str, context: RenderContext) -> SourceTree:
    """Return the source's files."""
    if is_checkout(source, context):
        return SourceTree(checkout=context.checkout, revision=context.revision, path=source.path)
    return _fetching(context).tree(source, project)


def references(application: Application, source: Source, context: RenderContext) -> dict[str, SourceTree]:
    """Return the files of the sources with a ``ref``, where one of the source's Helm files may name them (RND-19).

    Two revisions of one repository cannot be told apart by a reader of the paths, and are refused as in Argo CD.
    """
    helm = source.helm
    if helm is None:
        return {}
    entries = (*helm.value_files, *(parameter.path for parameter in helm.file_parameters))
    if not any(entry.startswith("$") for entry in entries):
        return {}
    named = [each for each in application.sources if each.ref]
    revisions: dict[str, str] = {}
    for each in (*named, *(() if source.chart else (source,))):
        if each.chart:
            raise ApplicationError(
                f"ref {each.ref} names a chart, and values are taken from Git repositories only",
                remedy="Commit the values to a repository, and give that source the ref.",
            )
        revision = resolve(each, application.project, context).revision
        other = revisions.setdefault(normalized_url(each.repo_url), revision)
        if other != revision:
            raise ApplicationError(
                f"cannot reference a different revision of the same repository: {without_credentials(each.repo_url)}"
                f" is {revision} for one source and {other} for another",
                remedy="Give the sources of one repository the same targetRevision.",
            )
    return {each.ref: tree(each, application.project, context) for each in named}


def _fetching(context: RenderContext) -> Sources:
    if context.sources is None:
        raise ApplicationError("other repositories and charts are not fetched in this run")
    return context.sources
