"""Options and version of kustomize: ``kustomize.buildOptions`` of the settings, and the source's own fields.

In: the source and the settings. Out: options for ``kustomize build``, and what they let it read. Options by which
kustomize would run programs or reach out by itself are refused, whoever asks for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.application.rendering_settings import BUILD_OPTIONS
from gitops_action.errors import ApplicationError
from gitops_action.ports import Command
from gitops_action.rendering.environment import renderer_environment
from gitops_action.rendering.helm import one_of_a_list, plain_version
from gitops_action.rendering.kustomization import ReadingRules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.application.application import KustomizeSource
    from gitops_action.ports import Process
    from gitops_action.rendering.context import RenderRequest

_ENABLE_HELM = "--enable-helm"
_UNRESTRICTED = "LoadRestrictionsNone"
_FLAGS = frozenset({_ENABLE_HELM, "--enable-managedby-label", "--as-current-user"})
_WITH_VALUE = {"--load-restrictor": ("LoadRestrictionsRootOnly", _UNRESTRICTED), "--reorder": ("legacy", "none")}


def build_options(source: KustomizeSource, request: RenderRequest) -> list[str]:
    """Return the options; with ``--enable-helm`` helm is named, and told the cluster's versions (RND-22)."""
    context = request.context
    options = [f"{name}={value}" if value else name for name, value in _options(request)]
    if _ENABLE_HELM in options:
        kube_version = source.kube_version or context.kube_version
        api_versions = source.api_versions or context.api_versions
        options.append(f"--helm-command={context.helm}")
        options += [f"--helm-kube-version={plain_version(kube_version)}"] if kube_version else []
        options += [f"--helm-api-versions={','.join(map(one_of_a_list, api_versions))}"] if api_versions else []
    return options


def reading_rules(request: RenderRequest) -> ReadingRules:
    """Return what a build may read under these options."""
    options = list(_options(request))
    return ReadingRules(
        fetches=request.context.sources is not None,
        leaves_roots=("--load-restrictor", _UNRESTRICTED) in options,
        charts=(_ENABLE_HELM, "") in options,
    )


def version_conditions(
    source: KustomizeSource, request: RenderRequest, process: Process
) -> tuple[ApplicationCondition, ...]:
    """Return a condition where the source wants another kustomize than the one that is here (RND-23).

    Raises ``ApplicationError`` where the settings do not know the version either.
    """
    wanted = source.version.removeprefix("v")
    if not wanted:
        return ()
    asked = Command(
        argv=(request.context.kustomize, "version"),
        cwd=request.directory,
        env=renderer_environment(request.context.scratch),
    )
    here = process.run(asked).stdout.decode("utf-8", errors="replace").strip().removeprefix("v")
    if wanted == here:
        return ()
    if source.version not in request.context.settings.kustomize_versions:
        raise ApplicationError(
            f"kustomize version {source.version} is not registered",
            remedy=f"Leave spec.source.kustomize.version out: rendered is with kustomize {here}.",
        )
    return (
        ApplicationCondition(
            type=ConditionType.UNSUPPORTED_WARNING,
            message=f"kustomize version {source.version} is not here: rendered with {here}",
            remedy="Look at the differences, or leave spec.source.kustomize.version out.",
        ),
    )


def _options(request: RenderRequest) -> Iterator[tuple[str, str]]:
    """Yield each option of the settings, with its value or an empty text."""
    words = list(request.context.settings.build_options)
    while words:
        name, equals, value = words.pop(0).partition("=")
        if name in _WITH_VALUE and not equals and words:
            value = words.pop(0)
        if value not in _WITH_VALUE.get(name, ("", "true") if name in _FLAGS else ()):
            raise ApplicationError(
                f"{BUILD_OPTIONS}: {name}{'=' + value if value else ''} is not supported",
                remedy=f"Supported are {', '.join(sorted((*_FLAGS, *_WITH_VALUE)))}.",
            )
        yield name, "" if name in _FLAGS else value
