"""``render``: the target manifests of the applications, in the order in which they are applied."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import orjson

from gitops_action.commands.evaluate import render_one, tracking
from gitops_action.errors import ApplicationError, ExitCode, GitOpsError
from gitops_action.resource.annotations import sync_wave
from gitops_action.resource.yaml_dump import dump
from gitops_action.sync.order import kind_rank

if TYPE_CHECKING:
    from gitops_action.commands.clusters import Clusters
    from gitops_action.commands.session import Session
    from gitops_action.resource import Resource


def render(
    session: Session, clusters: Clusters | None, *, output: str
) -> tuple[str, ExitCode, tuple[GitOpsError, ...]]:
    """Return the manifests of all applications as text, the exit code, and what failed.

    ``output`` is ``yaml`` (a stream of documents) or ``json`` (a list of objects). Applications that fail are left out.
    """
    targets: list[Resource] = []
    failures: list[GitOpsError] = []
    with tempfile.TemporaryDirectory(prefix="gitops-action-") as scratch:
        for application in session.applications:
            try:
                catalog = clusters.find(application.destination).catalog() if clusters else None
                rendered = render_one(application, session, catalog, scratch)
                for condition in rendered.conditions:
                    if condition.is_error:
                        raise ApplicationError(f"{application.name}: {condition.message}", remedy=condition.remedy)
                mark = tracking(application, session).mark
                targets += sorted(map(mark, rendered.targets), key=_apply_order)
            except GitOpsError as failure:
                failures.append(failure)
    objects = [target.object for target in targets]
    text = orjson.dumps(objects, option=orjson.OPT_INDENT_2).decode() if output == "json" else _stream(objects)
    return text, ExitCode.worst(failure.exit_code for failure in failures), tuple(failures)


def _apply_order(target: Resource) -> tuple[int, int, str, str]:
    return sync_wave(target), kind_rank(target.kind), target.namespace, target.name


def _stream(objects: list[dict[str, object]]) -> str:
    return "".join(f"---\n{dump(content)}" for content in objects)
