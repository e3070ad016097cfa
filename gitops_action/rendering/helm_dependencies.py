"""Dependencies of a chart that are not vendored: taken from the same repository, or from who fetches charts.

In: helm's complaint about missing dependencies. Out: the path of a chart in which they are present, made of links in
the scratch directory. Helm itself never fetches, and nothing is written into the chart (RND-11). As for
``helm dependency build``, the version in ``Chart.lock`` counts before the constraint in ``Chart.yaml``.
"""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from gitops_action.application.application import Source
from gitops_action.errors import ApplicationError
from gitops_action.rendering.checkout import require_path
from gitops_action.rendering.runner import failure
from gitops_action.resource.yaml import YamlError, load_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.ports import Command, Completed
    from gitops_action.rendering.checkout import Checkout
    from gitops_action.rendering.context import RenderRequest
    from gitops_action.rendering.sources import Sources
    from gitops_action.resource.resource import JsonObject


class Place(NamedTuple):
    """A chart's directory, and the files that it is of."""

    checkout: Checkout
    directory: str


_MISSING = re.compile(r"missing in charts/ directory: (?P<names>.+)")
_SUBCHART_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def missing_dependencies(completed: Completed) -> tuple[str, ...]:
    """Return the charts that helm says it misses; empty where it failed for another reason, or not at all."""
    match = _MISSING.search(completed.stderr) if completed.returncode else None
    return tuple(name.strip() for name in match["names"].split(",")) if match else ()


def found_dependencies(
    missing: tuple[str, ...], command: Command, completed: Completed, request: RenderRequest
) -> dict[str, Place]:
    """Return the places of the missing charts by name; where one cannot be had, helm's error with a remedy."""
    declared = {str(each.get("name")): each for each in _listed(request, "Chart.yaml")}
    locked = {str(each.get("name")): str(each.get("version") or "") for each in _listed(request, "Chart.lock")}
    places: dict[str, Place] = {}
    for name in missing:
        entry = declared.get(name, {})
        repository = str(entry.get("repository") or "")
        if not _SUBCHART_NAME.fullmatch(name) or not repository:
            raise _not_there(command, completed, request, "chart repositories are not reached in this run")
        if repository.startswith("file://"):
            places[name] = Place(request.context.checkout, _local_chart(name, repository, request))
        elif request.context.sources is None:
            raise _not_there(command, completed, request, "chart repositories are not reached in this run")
        else:
            version = locked.get(name) or str(entry.get("version") or "*")
            places[name] = _fetched_chart(name, repository, version, request, request.context.sources)
    return places


def _fetched_chart(name: str, repository: str, version: str, request: RenderRequest, sources: Sources) -> Place:
    source = Source(repo_url=repository, chart=name, target_revision=version)
    try:
        found = sources.tree(source, request.project)
    except ApplicationError as error:
        where = request.context.checkout.relative(request.directory)
        summary = f"the dependency {name} of {where}: {error.summary}"
        raise ApplicationError(summary, detail=error.detail, remedy=error.remedy) from error
    return Place(found.checkout, found.checkout.directory(found.path))


def _not_there(command: Command, completed: Completed, request: RenderRequest, reason: str) -> ApplicationError:
    where = request.context.checkout.relative(request.directory)
    remedy = f"Run `helm dependency build {where}` and commit its charts/ directory: {reason}."
    return failure(command, completed, request, remedy=remedy)


@contextmanager
def linked_chart(places: dict[str, Place], request: RenderRequest) -> Iterator[str]:
    """Yield the path of a chart that has these dependencies: links to the real one's files, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="chart-", dir=request.context.scratch) as folder:
        chart = Path(folder)
        for entry in Path(request.directory).iterdir():
            if entry.name != "charts":
                (chart / entry.name).symlink_to(entry)
        (chart / "charts").mkdir()
        vendored = Path(request.directory, "charts")
        for entry in vendored.iterdir() if vendored.is_dir() else ():
            (chart / "charts" / entry.name).symlink_to(entry)
        for name, place in places.items():
            (chart / "charts" / name).symlink_to(place.directory)
        yield folder


def _listed(request: RenderRequest, file: str) -> list[JsonObject]:
    """Return the dependencies that one of the chart's files lists; none where there is no such file."""
    path = Path(request.directory, file)
    if not path.is_file() or not request.context.checkout.contains(str(path)):
        return []
    where = request.context.checkout.relative(str(path))
    try:
        documents = load_documents(path.read_bytes(), source=where)
    except YamlError as error:
        raise ApplicationError(error.summary, remedy=f"Correct {file}.") from error
    chart = documents[0][0] if documents else {}
    dependencies = chart.get("dependencies") if isinstance(chart, dict) else None
    return [each for each in dependencies or () if isinstance(each, dict)]


def _local_chart(name: str, repository: str, request: RenderRequest) -> str:
    checkout = request.context.checkout
    written = unquote(repository.removeprefix("file://"))
    require_path(written)
    place = os.path.realpath(os.path.join(request.directory, written))  # noqa: PTH118  # may not exist
    if not checkout.contains(place):
        raise ApplicationError(
            f"the dependency {name} ({repository}) is outside of the repository",
            remedy="Commit the chart to this repository, and name it relative to Chart.yaml.",
        )
    if not Path(place, "Chart.yaml").is_file():
        raise ApplicationError(f"the dependency {name} ({repository}): {checkout.relative(place)} holds no chart")
    return place
