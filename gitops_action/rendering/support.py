"""What of Argo CD's sources this version does not render, said before anything runs.

In: an application and its sources. Out: conditions, each with what is not supported and the way around it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.rendering.repository import is_this_repository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.application.application import Application, Source
    from gitops_action.rendering.context import RenderContext

_REF = re.compile(r"[A-Za-z0-9_-]+")


def obstacles(application: Application, context: RenderContext) -> tuple[ApplicationCondition, ...]:
    """Return what keeps an application from being rendered; empty where nothing does."""
    several = len(application.sources) > 1
    found: list[ApplicationCondition] = list(_references(application.sources))
    if not application.sources:
        found.append(_invalid("spec.source or spec.sources is required", "Add a source with repoURL and path."))
    for position, source in enumerate(application.sources):
        label = f"source {position + 1}: " if several else ""
        found += [_labelled(condition, label) for condition in _source(source, context)]
    return tuple(found)


def is_reference_only(source: Source) -> bool:
    """Return whether a source is there for its ``ref`` alone and renders nothing (RND-35)."""
    return bool(source.ref) and not source.path and not source.chart


def _source(source: Source, context: RenderContext) -> Iterator[ApplicationCondition]:
    if not (source.path or source.chart or source.ref):
        yield _invalid(
            "spec.source.repoURL and either spec.source.path or spec.source.chart are required",
            "Set spec.source.path; the root of the repository is '.'.",
        )
    elif source.chart and not source.target_revision:
        yield _invalid(
            "spec.source.targetRevision is required if the manifest source is a helm chart", "Name the chart's version."
        )
    elif source.chart:
        yield _unsupported(
            f"the chart {source.chart} of a chart repository is not supported in this version",
            "Vendor the chart: commit it to this repository and set spec.source.path.",
        )
    elif source.repo_url.lower().startswith("oci://"):
        yield _unsupported("OCI sources are not supported in this version", "Commit the artifact to this repository.")
    elif not _is_checkout(source, context):
        yield _unsupported(
            f"the Git repository {_without_credentials(source.repo_url)} is not the one that is checked out,"
            " and others are not fetched in this version",
            "Move the application's files into this repository, or run the action where they are.",
        )
    elif not _is_tracked(source.target_revision, context):
        yield _unsupported(
            f"targetRevision {source.target_revision} is not what is checked out,"
            " and other revisions are not fetched in this version",
            "Set targetRevision to the tracked branch, or to HEAD.",
        )
    elif source.plugin is not None:
        yield _unsupported(
            "config management plugins are not supported in this version",
            "Generate the manifests in an earlier step and commit them, or use Helm, Kustomize or plain manifests.",
        )


def _references(sources: tuple[Source, ...]) -> Iterator[ApplicationCondition]:
    """Yield what is wrong with the ``ref`` names (RND-36)."""
    for ref, count in Counter(source.ref for source in sources if source.ref).items():
        if not _REF.fullmatch(ref):
            yield _invalid(f"ref {ref!r} may hold letters, digits, '-' and '_' only", "Rename the ref.")
        elif count > 1:
            yield _invalid(f"ref {ref!r} names {count} sources", "Give each source its own ref.")


def _is_checkout(source: Source, context: RenderContext) -> bool:
    return not source.repo_url or is_this_repository(
        source.repo_url,
        remotes=context.remotes,
        github_repository_url=context.github_repository_url,
        root=context.checkout.root,
    )


def _is_tracked(revision: str, context: RenderContext) -> bool:
    return (
        revision in ("", "HEAD", context.revision)
        or revision in context.tracked_revisions
        or revision.removeprefix("refs/heads/") in context.tracked_revisions
    )


def _labelled(condition: ApplicationCondition, label: str) -> ApplicationCondition:
    return ApplicationCondition(type=condition.type, message=label + condition.message, remedy=condition.remedy)


def _invalid(message: str, remedy: str) -> ApplicationCondition:
    return ApplicationCondition(type=ConditionType.INVALID_SPEC_ERROR, message=message, remedy=remedy)


def _unsupported(message: str, remedy: str) -> ApplicationCondition:
    return ApplicationCondition(type=ConditionType.COMPARISON_ERROR, message=message, remedy=remedy)


def _without_credentials(url: str) -> str:
    return re.sub(r"://[^/@]*@", "://", url)
