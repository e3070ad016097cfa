"""A source that a config management plug-in renders, by Argo CD's contract.

In: the source's ``plugin`` block and the plug-in that the workflow has allowed. Out: its commands, run in a copy of the
repository, and what the last one printed. The environment is a renderer's, with a PATH and the plug-in's variables.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.errors import ApplicationError
from gitops_action.ports import Command
from gitops_action.rendering.build_environment import substitute
from gitops_action.rendering.complete import require_complete
from gitops_action.rendering.environment import home_environment
from gitops_action.rendering.runner import parse, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.application.plugin import Plugin
    from gitops_action.ports import Process
    from gitops_action.rendering.context import RenderRequest
    from gitops_action.resource import Resource
    from gitops_action.resource.resource import Json, JsonObject

_SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NO_NAME = re.compile(r"[^A-Z0-9]")


def render_plugin(block: JsonObject, plugin: Plugin, request: RenderRequest, process: Process) -> list[Resource]:
    """Return the objects that a plug-in prints for a source."""
    require_complete(request.context.checkout, request.directory)
    with _copied(request) as copy:
        environment = plugin_environment(block, copy)
        if plugin.init:
            run(_command(plugin.init, environment, copy), copy, process)
        generate = _command(plugin.generate, environment, copy)
        return parse(run(generate, copy, process), generate, copy)


def plugin_environment(block: JsonObject, request: RenderRequest) -> dict[str, str]:
    """Return the whole environment of a plug-in (section 8.10 of Argo CD's rules)."""
    context = request.context
    entries = block.get("env")
    own = {
        f"ARGOCD_ENV_{entry['name']}": substitute(str(entry.get("value") or ""), request.variables)
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and isinstance(entry.get("name"), str)
    }
    listed = block.get("parameters")
    parameters = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return {
        **home_environment(context.scratch),
        "PATH": _SEARCH_PATH,
        **request.variables,
        "KUBE_VERSION": context.kube_version.removeprefix("v"),
        "KUBE_API_VERSIONS": ",".join(context.api_versions),
        "ARGOCD_APP_PARAMETERS": json.dumps(parameters),
        **dict(pair for parameter in parameters for pair in _variables(parameter)),
        **own,
    }


def _variables(parameter: JsonObject) -> Iterator[tuple[str, str]]:
    name = f"PARAM_{_name(parameter.get('name'))}"
    if isinstance(text := parameter.get("string"), str):
        yield name, text
    if isinstance(items := parameter.get("array"), list):
        yield from ((f"{name}_{number}", str(item)) for number, item in enumerate(items))
    if isinstance(entries := parameter.get("map"), dict):
        yield from ((f"{name}_{_name(key)}", str(value)) for key, value in entries.items())


def _name(text: Json) -> str:
    return _NO_NAME.sub("_", str(text).upper())


def _command(argv: tuple[str, ...], environment: dict[str, str], request: RenderRequest) -> Command:
    program = argv[0]
    if "/" not in program and (found := shutil.which(program, path=_SEARCH_PATH)):
        program = found
    return Command(
        argv=(program, *argv[1:]),
        cwd=request.directory,
        env=environment,
        timeout=request.context.timeout,
        output_limit=request.context.output_limit,
    )


@contextmanager
def _copied(request: RenderRequest) -> Iterator[RenderRequest]:
    """Yield the request for a copy of the whole repository: a plug-in may read and write what it likes of it."""
    checkout = request.context.checkout
    with tempfile.TemporaryDirectory(prefix="plugin-", dir=request.context.scratch) as folder:
        place = Path(folder).resolve()
        try:
            ignored = shutil.ignore_patterns(".git")
            shutil.copytree(checkout.root, place, symlinks=True, ignore=ignored, dirs_exist_ok=True)
        except (OSError, shutil.Error) as error:
            raise ApplicationError("the repository cannot be copied for its plug-in", detail=str(error)) from error
        context = replace(request.context, checkout=replace(checkout, root=str(place)))
        directory = place / checkout.relative(request.directory)
        yield replace(request, directory=str(directory), context=context)
