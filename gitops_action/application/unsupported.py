"""What an application asks for and this version does not do: said as conditions, never passed over.

In: an ``Application``. Out: one condition for each field that has no effect. What a renderer does not support is said
by the rendering.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.application.application import ApplicationCondition, ConditionType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.application.application import Application

_EFFECTIVE_OPTIONS = frozenset(
    {
        "ApplyOutOfSyncOnly",
        "ClientSideApplyMigration",
        "CreateNamespace",
        "Delete",
        "FailOnSharedResource",
        "Prune",
        "PruneLast",
        "PrunePropagationPolicy",
        "Replace",
        "RespectIgnoreDifferences",
        "ServerSideApply",
        "SkipDryRunOnMissingResource",
        "Validate",
    }
)


def unsupported_fields(application: Application) -> tuple[ApplicationCondition, ...]:
    """Return a condition for each field of the application that has no effect."""
    return tuple(
        ApplicationCondition(
            type=ConditionType.UNSUPPORTED_WARNING,
            message=f"{application.file}:{application.line}: {field} has no effect in this version: {consequence}",
        )
        for field, consequence in _without_effect(application)
    )


def _without_effect(application: Application) -> Iterator[tuple[str, str]]:
    policy = application.sync_policy
    if any(source.directory and source.directory.jsonnet for source in application.sources):
        yield "directory.jsonnet", "Jsonnet files are not rendered"
    for option in policy.sync_options:
        name, _, value = option.partition("=")
        if name not in _EFFECTIVE_OPTIONS:
            yield f"sync option {option}", "remove it, or check its spelling"
        elif (name, value) == ("ServerSideApply", "false"):
            yield f"sync option {option}", "every object is applied on the server's side"
