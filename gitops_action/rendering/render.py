"""An application → its target resources.

In: an ``Application``, the run's ``RenderContext`` and a ``Process``. Out: ``Rendered``. What this version does not
support is a condition; what fails in rendering is an ``ApplicationError``. The sources' outputs are put together in
their order.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from gitops_action.application.application import DirectorySource, HelmSource, KustomizeSource
from gitops_action.errors import ApplicationError
from gitops_action.rendering.build_environment import build_environment, instance_name
from gitops_action.rendering.chart_schema import require_local_schemas
from gitops_action.rendering.complete import require_complete
from gitops_action.rendering.context import Rendered, RenderRequest
from gitops_action.rendering.directory import render_directory
from gitops_action.rendering.helm import helm_command
from gitops_action.rendering.helm_dependencies import linked_chart, local_dependencies, missing_dependencies
from gitops_action.rendering.kustomize import (
    add_patches,
    build_command,
    check_sources,
    component_command,
    copied,
    edit_commands,
    has_overrides,
)
from gitops_action.rendering.runner import command_text, failure, parse, run
from gitops_action.rendering.source_kind import SourceKind, source_kind
from gitops_action.rendering.support import is_reference_only, obstacles
from gitops_action.rendering.targets import normalize_targets

if TYPE_CHECKING:
    from gitops_action.application.application import Application, Source
    from gitops_action.ports import Process
    from gitops_action.rendering.context import RenderContext
    from gitops_action.resource import Resource


def render(application: Application, context: RenderContext, process: Process) -> Rendered:
    """Return the targets of all sources (RND-34), normalised for the destination."""
    blocking = obstacles(application, context)
    if blocking:
        return Rendered(conditions=blocking)
    parts = [
        _render_numbered(application, number, context, process)
        for number, source in enumerate(application.sources)
        if not is_reference_only(source)
    ]
    targets, conditions = normalize_targets(
        [target for part in parts for target in part.targets],
        namespace=application.destination.namespace,
        catalog=context.catalog,
    )
    return Rendered(
        targets=targets,
        conditions=(*(condition for part in parts for condition in part.conditions), *conditions),
        commands=tuple(command for part in parts for command in part.commands),
        kinds=tuple(kind for part in parts for kind in part.kinds),
    )


def _render_numbered(application: Application, number: int, context: RenderContext, process: Process) -> Rendered:
    """Render one source; of several, an error says which."""
    try:
        return render_source(application, application.sources[number], context, process)
    except ApplicationError as error:
        if len(application.sources) == 1:
            raise
        summary = f"source {number + 1}: {error.summary}"
        raise ApplicationError(summary, detail=error.detail, remedy=error.remedy) from error


def render_source(application: Application, source: Source, context: RenderContext, process: Process) -> Rendered:
    """Return what one source holds, as its renderer gave it."""
    directory = context.checkout.directory(source.path)
    names = [entry.name for entry in Path(directory).iterdir() if not entry.is_dir()]
    _refuse_parameter_files(application, names, context)
    kind = source_kind(source, names)
    request = RenderRequest(
        application_name=application.name,
        namespace=application.destination.namespace,
        directory=directory,
        variables=build_environment(application, source, context.revision, control_plane=context.control_plane),
        references=frozenset(each.ref for each in application.sources if each.ref),
        context=context,
    )
    match kind:
        case SourceKind.DIRECTORY:
            targets, conditions = render_directory(source.directory or DirectorySource(), request)
            return Rendered(targets=tuple(targets), conditions=conditions, kinds=(kind,))
        case SourceKind.HELM:
            targets, commands = _render_helm(source.helm or HelmSource(), request, process)
        case SourceKind.KUSTOMIZE:
            targets, commands = _render_kustomize(source.kustomize or KustomizeSource(), request, process)
        case SourceKind.PLUGIN:
            raise ApplicationError("config management plugins are not supported in this version")
        case _:
            assert_never(kind)
    return Rendered(targets=tuple(targets), commands=tuple(commands), kinds=(kind,))


def _render_helm(source: HelmSource, request: RenderRequest, process: Process) -> tuple[list[Resource], list[str]]:
    _check_chart(source, request.directory, request)
    command = helm_command(source, request)
    completed = process.run(command)
    missing = missing_dependencies(completed)
    if missing:
        places = local_dependencies(missing, command, completed, request)
        for place in places.values():
            _check_chart(source, place, request)
        with linked_chart(places, request) as chart:
            completed = process.run(helm_command(source, request, chart=chart))
    if completed.returncode:
        raise failure(command, completed, request)
    before = "helm dependency build . && " if missing else ""
    return parse(completed.stdout, command, request), [command_text(command, request, before=before)]


def _check_chart(source: HelmSource, directory: str, request: RenderRequest) -> None:
    require_complete(request.context.checkout, directory)
    if not source.skip_schema_validation:
        require_local_schemas(request.context.checkout, directory)


def _render_kustomize(
    source: KustomizeSource, request: RenderRequest, process: Process
) -> tuple[list[Resource], list[str]]:
    roots = check_sources(source, request)
    for root in roots.directories:
        require_complete(request.context.checkout, root)
    if not has_overrides(source):
        return _build(request, process)
    with copied(request, roots) as copy:
        commands = []
        for command in edit_commands(source, copy):
            run(command, copy, process)
            commands.append(command_text(command, copy))
        add_patches(source, copy)
        components = component_command(source, copy)
        if components is not None:
            run(components, copy, process)
            commands.append(command_text(components, copy))
        targets, built = _build(copy, process)
    return targets, [*commands, *built]


def _build(request: RenderRequest, process: Process) -> tuple[list[Resource], list[str]]:
    build = build_command(request)
    return parse(run(build, request, process), build, request), [command_text(build, request)]


def _refuse_parameter_files(application: Application, names: list[str], context: RenderContext) -> None:
    """Refuse Argo CD's parameter files: they change the source, so passing them over would render something else."""
    own = f".argocd-source-{instance_name(application, context.control_plane)}.yaml"
    for name in (".argocd-source.yaml", own):
        if name in names:
            raise ApplicationError(
                f"{name} in the application's directory is not supported in this version",
                remedy="Move its parameters into the Application's source.",
            )
