"""An application → its target resources.

In: an ``Application``, the run's ``RenderContext`` and a ``Process``. Out: ``Rendered``. What this version does not
support is a condition; what fails in rendering is an ``ApplicationError``. The sources' outputs are put together in
their order.
"""

from __future__ import annotations

from dataclasses import replace
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
from gitops_action.rendering.helm_dependencies import found_dependencies, linked_chart, missing_dependencies
from gitops_action.rendering.kustomize import (
    add_patches,
    build_command,
    check_sources,
    component_command,
    copied,
    edit_commands,
    has_overrides,
)
from gitops_action.rendering.kustomize_options import version_conditions
from gitops_action.rendering.parameter_files import with_parameter_files
from gitops_action.rendering.plugin import render_plugin
from gitops_action.rendering.remote_bases import place_remote_bases
from gitops_action.rendering.runner import command_text, failure, parse, run
from gitops_action.rendering.source_kind import SourceKind, source_kind
from gitops_action.rendering.sources import Recording, references, resolve, tree
from gitops_action.rendering.support import is_reference_only, obstacles, plugin_obstacle
from gitops_action.rendering.targets import normalize_targets

if TYPE_CHECKING:
    from gitops_action.application.application import Application, Source
    from gitops_action.ports import Process
    from gitops_action.rendering.checkout import Checkout
    from gitops_action.rendering.context import RenderContext
    from gitops_action.resource import Resource


def render(application: Application, context: RenderContext, process: Process) -> Rendered:
    """Return the targets of all sources (RND-34), normalised for the destination."""
    blocking = obstacles(application, context)
    if blocking:
        return Rendered(conditions=blocking)
    parts = [_render_numbered(application, number, context, process) for number in range(len(application.sources))]
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
        revisions=tuple(revision for part in parts for revision in part.revisions),
        fetched=tuple(dict.fromkeys(name for part in parts for name in part.fetched)),
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
    if is_reference_only(source):
        return Rendered(revisions=(resolve(source, application.project, context).revision,))
    files = tree(source, application.project, context)
    directory = files.checkout.directory(files.path)
    instance = instance_name(application, context.control_plane)
    source, strange = with_parameter_files(source, directory, instance, files.checkout)
    if obstacle := plugin_obstacle(source, context):
        return Rendered(conditions=(obstacle,))
    recording = Recording(context.sources) if context.sources else None
    names = [entry.name for entry in Path(directory).iterdir() if not entry.is_dir()]
    kind = source_kind(source, names, disabled=context.settings.disabled)
    request = RenderRequest(
        application_name=application.name,
        namespace=application.destination.namespace,
        directory=directory,
        variables=build_environment(application, source, files.revision, control_plane=context.control_plane),
        references=references(application, source, context),
        project=application.project,
        context=replace(context, checkout=files.checkout, revision=files.revision, sources=recording),
    )
    rendered = _render_kind(kind, source, request, process)
    return replace(
        rendered,
        conditions=(*strange, *rendered.conditions),
        kinds=(kind,),
        revisions=(files.revision,),
        fetched=recording.names if recording else (),
    )


def _render_kind(kind: SourceKind, source: Source, request: RenderRequest, process: Process) -> Rendered:
    match kind:
        case SourceKind.DIRECTORY:
            targets, conditions = render_directory(source.directory or DirectorySource(), request)
            return Rendered(targets=tuple(targets), conditions=conditions)
        case SourceKind.HELM:
            targets, commands = _render_helm(source.helm or HelmSource(), request, process)
        case SourceKind.KUSTOMIZE:
            kustomize = source.kustomize or KustomizeSource()
            conditions = version_conditions(kustomize, request, process)
            targets, commands = _render_kustomize(kustomize, request, process)
            return Rendered(targets=tuple(targets), commands=tuple(commands), conditions=conditions)
        case SourceKind.PLUGIN:
            block = source.plugin or {}
            plugin = request.context.plugins[str(block.get("name"))]
            return Rendered(targets=tuple(render_plugin(block, plugin, request, process)))
        case _:
            assert_never(kind)
    return Rendered(targets=tuple(targets), commands=tuple(commands))


def _render_helm(source: HelmSource, request: RenderRequest, process: Process) -> tuple[list[Resource], list[str]]:
    _check_chart(source, request.directory, request.context.checkout)
    command = helm_command(source, request)
    completed = process.run(command)
    missing = missing_dependencies(completed)
    if missing:
        places = found_dependencies(missing, command, completed, request)
        for place in places.values():
            _check_chart(source, place.directory, place.checkout)
        with linked_chart(places, request) as chart:
            completed = process.run(helm_command(source, request, chart=chart))
    if completed.returncode:
        raise failure(command, completed, request)
    before = "helm dependency build . && " if missing else ""
    return parse(completed.stdout, command, request), [command_text(command, request, before=before)]


def _check_chart(source: HelmSource, directory: str, checkout: Checkout) -> None:
    require_complete(checkout, directory)
    if not source.skip_schema_validation:
        require_local_schemas(checkout, directory)


def _render_kustomize(
    source: KustomizeSource, request: RenderRequest, process: Process
) -> tuple[list[Resource], list[str]]:
    roots = check_sources(source, request)
    for root in roots.directories:
        require_complete(request.context.checkout, root)
    if not has_overrides(source) and not roots.remotes and not roots.charts:
        return _build(source, request, process)
    with copied(request, roots) as copy:
        place_remote_bases(roots, request, copy)
        commands = []
        for command in edit_commands(source, copy):
            run(command, copy, process)
            commands.append(command_text(command, copy))
        add_patches(source, copy)
        components = component_command(source, copy)
        if components is not None:
            run(components, copy, process)
            commands.append(command_text(components, copy))
        targets, built = _build(source, copy, process)
    return targets, [*commands, *built]


def _build(source: KustomizeSource, request: RenderRequest, process: Process) -> tuple[list[Resource], list[str]]:
    build = build_command(source, request)
    return parse(run(build, request, process), build, request), [command_text(build, request)]
