"""A Helm source → the ``helm template`` command that renders it (RND-14 to RND-18).

In: the source's ``helm`` block and the chart's directory. Out: a ``Command``, and the same as text for a reader to
run. What an application writes reaches helm as one argument each, escaped where helm itself would split it: no value
can name a second file. All paths are relative to the chart and were checked to stay in the repository.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from gitops_action.errors import ApplicationError
from gitops_action.ports import Command
from gitops_action.rendering.build_environment import substitute
from gitops_action.rendering.environment import renderer_environment
from gitops_action.rendering.value_files import resolve_file, value_files

if TYPE_CHECKING:
    from gitops_action.application.application import HelmFileParameter, HelmParameter, HelmSource
    from gitops_action.rendering.context import RenderRequest

_VERSIONS = ("", "v3", "v4")
_KUBE_VERSION = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+.].*)?")
_SPLITS_A_SET = re.compile(r"[,\\]")
_RELEASE_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,51}[a-z0-9])?")


def helm_command(source: HelmSource, request: RenderRequest, *, chart: str = ".") -> Command:
    """Return the command whose output is the chart's manifests, hooks and tests included (RND-12)."""
    if source.version not in _VERSIONS:
        raise ApplicationError(
            f"helm version '{source.version}' is not supported", remedy="Leave spec.source.helm.version out."
        )
    stdin = _inline_values(source)
    argv = [
        request.context.helm,
        "template",
        _release_name(source.release_name or request.application_name),
        chart,
        *_capabilities(source, request),
        *_parameters(source.parameters, request),
        *_file_parameters(source.file_parameters, request),
    ]
    for path in value_files(source, request):
        argv += ["--values", one_of_a_list(path)]
    if stdin:
        argv += ["--values", "-"]
    if not source.skip_crds:
        argv.append("--include-crds")
    if source.skip_schema_validation:
        argv.append("--skip-schema-validation")
    if source.skip_tests:
        argv.append("--skip-tests")
    api_versions = source.api_versions or request.context.api_versions
    if api_versions:
        argv += ["--api-versions", ",".join(map(one_of_a_list, api_versions))]
    return Command(
        argv=tuple(argv),
        cwd=request.directory,
        env=renderer_environment(request.context.scratch),
        stdin=stdin,
        timeout=request.context.timeout,
        output_limit=request.context.output_limit,
    )


def _release_name(name: str) -> str:
    if not _RELEASE_NAME.fullmatch(name):
        raise ApplicationError(
            f"'{name}' cannot be the name of a Helm release",
            remedy="Set spec.source.helm.releaseName: at most 53 lower-case letters, digits, '-' and '.'.",
        )
    return name


def _capabilities(source: HelmSource, request: RenderRequest) -> list[str]:
    argv: list[str] = []
    namespace = source.namespace or request.namespace
    if namespace:
        argv += ["--namespace", namespace]
    kube_version = source.kube_version or request.context.kube_version
    if kube_version:
        argv += ["--kube-version", plain_version(kube_version)]
    return argv


def plain_version(text: str) -> str:
    """Return ``x.y.z`` of a version such as ``v1.31.2-gke.1``."""
    match = _KUBE_VERSION.fullmatch(text)
    if match is None:
        raise ApplicationError(f"'{text}' is not a Kubernetes version", remedy="Write it as in 1.31.2.")
    return ".".join(part or "0" for part in match.groups())


def _inline_values(source: HelmSource) -> bytes:
    """Return ``valuesObject``, or else ``values``; nothing in them is substituted."""
    if source.values_object is not None:
        return json.dumps(source.values_object).encode()
    return source.values.encode()


def _parameters(parameters: tuple[HelmParameter, ...], request: RenderRequest) -> list[str]:
    argv: list[str] = []
    for parameter in {each.name: each for each in parameters}.values():  # a later one of the same name wins
        value = _escape_commas(substitute(parameter.value, request.variables))
        argv += ["--set-string" if parameter.force_string else "--set", f"{parameter.name}={value}"]
    return argv


def _file_parameters(parameters: tuple[HelmFileParameter, ...], request: RenderRequest) -> list[str]:
    argv: list[str] = []
    for parameter in {each.name: each for each in parameters}.values():
        if re.search(r"[=,\\\s]", parameter.name):
            raise ApplicationError(
                f"the name {parameter.name!r} of a Helm file parameter holds '=', ',', '\\' or a space",
                remedy="Name the value alone, as in ingress.certificate.",
            )
        path = _SPLITS_A_SET.sub(r"\\\g<0>", resolve_file(parameter.path, request))
        argv += ["--set-file", f"{parameter.name}={path}"]
    return argv


def _escape_commas(value: str) -> str:
    """Escape commas, unless the value is a list in braces; what is escaped already stays as it is."""
    if value.startswith("{") and value.endswith("}"):
        return value
    return re.sub(r"(?<!\\),", r"\\,", value)


def one_of_a_list(text: str) -> str:
    """Quote what helm's list options would otherwise split at a comma (they are read as CSV)."""
    if not re.search(r'[,"\r\n]', text):
        return text
    return '"' + text.replace('"', '""') + '"'
