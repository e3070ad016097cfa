"""What of an application's sources cannot be rendered, said before anything runs.

In: an application and its sources. Out: conditions, each with what is not supported and the way around it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.rendering.sources import is_repository, is_tracked, without_credentials

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
    elif context.sources is None:
        yield from _not_fetched(source, context)
    if obstacle := plugin_obstacle(source, context):
        yield obstacle


def plugin_obstacle(source: Source, context: RenderContext) -> ApplicationCondition | None:
    """Return what keeps the source's plug-in from running, if it wants one: the workflow has to name it."""
    if source.plugin is None:
        return None
    name = source.plugin.get("name")
    if not name:
        return _unsupported(
            "plugins are not discovered: the source has a plugin without a name", "Set spec.source.plugin.name."
        )
    if name in context.plugins:
        return None
    return _unsupported(
        f"the config management plugin {name} is not allowed in this run",
        f"Name it in the workflow, `allow-plugins: {name}=path/of/plugin.yaml`, or generate the manifests in an earlier"
        " step.",
    )


def _not_fetched(source: Source, context: RenderContext) -> Iterator[ApplicationCondition]:
    """Yield what only a run that fetches can render."""
    if source.chart:
        what = f"the chart {source.chart} of a chart repository"
    elif source.repo_url.lower().startswith("oci://"):
        what = f"the artifact {without_credentials(source.repo_url)}"
    elif not is_repository(source, context):
        what = f"the Git repository {without_credentials(source.repo_url)}, which is not the one that is checked out,"
    elif not is_tracked(source.target_revision, context):
        what = f"targetRevision {source.target_revision}, which is not what is checked out,"
    else:
        return
    yield _unsupported(f"{what} is not fetched in this run", "Commit its files to this repository.")


def _references(sources: tuple[Source, ...]) -> Iterator[ApplicationCondition]:
    """Yield what is wrong with the ``ref`` names (RND-36)."""
    for ref, count in Counter(source.ref for source in sources if source.ref).items():
        if not _REF.fullmatch(ref):
            yield _invalid(f"ref {ref!r} may hold letters, digits, '-' and '_' only", "Rename the ref.")
        elif count > 1:
            yield _invalid(f"ref {ref!r} names {count} sources", "Give each source its own ref.")


def _labelled(condition: ApplicationCondition, label: str) -> ApplicationCondition:
    return ApplicationCondition(type=condition.type, message=label + condition.message, remedy=condition.remedy)


def _invalid(message: str, remedy: str) -> ApplicationCondition:
    return ApplicationCondition(type=ConditionType.INVALID_SPEC_ERROR, message=message, remedy=remedy)


def _unsupported(message: str, remedy: str) -> ApplicationCondition:
    return ApplicationCondition(type=ConditionType.COMPARISON_ERROR, message=message, remedy=remedy)
