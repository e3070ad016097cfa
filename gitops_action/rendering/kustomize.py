"""A Kustomize source → its build, with the application's overrides edited in as Argo CD does (RND-20 to RND-24).

In: the source's ``kustomize`` block and the kustomization's directory. Out: the commands, in order; the last one prints
the manifests. Without overrides the build runs in the checkout, which it only reads; with overrides it runs in a copy
of the roots that it reads, so that the checkout is never written.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.application.application import KustomizeSource
from gitops_action.errors import ApplicationError
from gitops_action.ports import Command
from gitops_action.rendering.build_environment import substitute
from gitops_action.rendering.checkout import require_path
from gitops_action.rendering.copying import copy_roots
from gitops_action.rendering.environment import renderer_environment
from gitops_action.rendering.kustomization import kustomization_file, kustomization_roots, read_kustomization
from gitops_action.rendering.kustomize_options import build_options, reading_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_action.rendering.context import RenderRequest
    from gitops_action.rendering.kustomization import Roots

_NUMBER = re.compile(r"[+-]?\d+")


def has_overrides(source: KustomizeSource) -> bool:
    """Return whether the application changes the kustomization before it is built."""
    neutral = KustomizeSource(
        version=source.version,
        kube_version=source.kube_version,
        api_versions=source.api_versions,
        ignore_missing_components=source.ignore_missing_components,
    )
    return source != neutral


def check_sources(source: KustomizeSource, request: RenderRequest) -> Roots:
    """Return the roots that the build reads; whatever it may not read is an ``ApplicationError``."""
    if kustomization_file(request.directory) is None:
        raise ApplicationError(
            f"{request.context.checkout.relative(request.directory)} has no kustomization.yaml",
            remedy="Add one, or remove the kustomize block from the source.",
        )
    added = {"components": _components(source, request), "patches": list(source.patches)}
    return kustomization_roots(request.directory, request.context.checkout, added, rules=reading_rules(request))


def build_command(source: KustomizeSource, request: RenderRequest) -> Command:
    """Return the build of the request's directory."""
    return _command(request, ["build", ".", *build_options(source, request)])


@contextmanager
def copied(request: RenderRequest, roots: Roots) -> Iterator[RenderRequest]:
    """Yield the request for a copy of the roots, laid out as in the checkout; the copy is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="kustomize-", dir=request.context.scratch) as folder:
        yield _copy(request, roots, Path(folder).resolve())


def _copy(request: RenderRequest, roots: Roots, target: Path) -> RenderRequest:
    checkout = request.context.checkout
    copy_roots(roots, checkout, target)
    directory = str(target / checkout.relative(os.path.realpath(request.directory)))
    context = replace(request.context, checkout=replace(checkout, root=str(target)))
    return replace(request, directory=directory, context=context)


def edit_commands(source: KustomizeSource, request: RenderRequest) -> Iterator[Command]:
    """Yield the edits of the copied kustomization, in Argo CD's order, up to the namespace."""
    variables = request.variables
    if source.name_prefix:
        yield _command(request, ["edit", "set", "nameprefix", "--", source.name_prefix])
    if source.name_suffix:
        yield _command(request, ["edit", "set", "namesuffix", "--", source.name_suffix])
    if source.images:
        images = [substitute(image, variables) for image in source.images]
        yield _command(request, ["edit", "set", "image", "--", *images])
    if source.replicas:
        counts = [f"{replica.name}={_count(replica.count)}" for replica in source.replicas]
        yield _command(request, ["edit", "set", "replicas", "--", *counts])
    if source.common_labels:
        flags = ["--force"] if source.force_common_labels else []
        flags += ["--without-selector"] if source.label_without_selector else []
        flags += ["--include-templates"] if source.label_include_templates else []
        labels = {name: substitute(value, variables) for name, value in source.common_labels.items()}
        yield _command(request, ["edit", "add", "label", *flags, "--", *_pairs(labels)])
    if source.common_annotations:
        flags = ["--force"] if source.force_common_annotations else []
        annotations = {
            name: substitute(value, variables) if source.common_annotations_envsubst else value
            for name, value in source.common_annotations.items()
        }
        yield _command(request, ["edit", "add", "annotation", *flags, "--", *_pairs(annotations)])
    if source.namespace:
        yield _command(request, ["edit", "set", "namespace", "--", source.namespace])


def component_command(source: KustomizeSource, request: RenderRequest) -> Command | None:
    """Return the edit that adds the components, which comes after the patches."""
    components = _components(source, request)
    return _command(request, ["edit", "add", "component", "--", *components]) if components else None


def add_patches(source: KustomizeSource, request: RenderRequest) -> None:
    """Append the application's patches to the copied kustomization (RND-21)."""
    path = kustomization_file(request.directory)
    if not source.patches or path is None:
        return
    value, _ = read_kustomization(path, request.context.checkout)
    present = value.get("patches") or []
    if not isinstance(present, list):
        raise ApplicationError(
            f"{request.context.checkout.relative(path)}: patches is not a list", remedy="Correct the kustomization."
        )
    edited = {**value, "patches": [*present, *source.patches]}
    Path(path).write_text(json.dumps(edited, indent=2), encoding="utf-8")


def _components(source: KustomizeSource, request: RenderRequest) -> list[str]:
    """Return the components to add; absent ones are left out where the application says so."""
    if not source.ignore_missing_components:
        return list(source.components)
    return [name for name in source.components if _is_present(name, request)]


def _is_present(component: str, request: RenderRequest) -> bool:
    require_path(component)
    place = os.path.realpath(os.path.join(request.directory, component))  # noqa: PTH118  # may not exist
    return request.context.checkout.contains(place) and Path(place).exists()


def _command(request: RenderRequest, arguments: list[str]) -> Command:
    return Command(
        argv=(request.context.kustomize, *arguments),
        cwd=request.directory,
        env=renderer_environment(request.context.scratch),
        timeout=request.context.timeout,
        output_limit=request.context.output_limit,
    )


def _count(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise ApplicationError(f"expected integer value for count. Received: {text}")
    return text


def _pairs(entries: Mapping[str, str]) -> list[str]:
    return [f"{name}:{value}" for name, value in entries.items()]
