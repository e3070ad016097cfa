"""Dependencies of a chart that are not vendored: those of the same repository are put in place, others are refused.

In: helm's complaint about missing dependencies. Out: the path of a chart in which they are present, made of links in
the scratch directory. Never fetches, never writes into the chart (RND-11).
"""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from gitops_action.errors import ApplicationError
from gitops_action.rendering.checkout import require_path
from gitops_action.rendering.runner import failure
from gitops_action.resource.yaml import YamlError, load_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.ports import Command, Completed
    from gitops_action.rendering.context import RenderRequest
    from gitops_action.resource.resource import JsonObject

_MISSING = re.compile(r"missing in charts/ directory: (?P<names>.+)")
_SUBCHART_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def missing_dependencies(completed: Completed) -> tuple[str, ...]:
    """Return the charts that helm says it misses; empty where it failed for another reason, or not at all."""
    match = _MISSING.search(completed.stderr) if completed.returncode else None
    return tuple(name.strip() for name in match["names"].split(",")) if match else ()


def local_dependencies(
    missing: tuple[str, ...], command: Command, completed: Completed, request: RenderRequest
) -> dict[str, str]:
    """Return the directories of the missing charts by name; one from elsewhere is helm's error with a remedy."""
    declared = {str(each.get("name")): str(each.get("repository") or "") for each in _declared(request)}
    places: dict[str, str] = {}
    for name in missing:
        repository = declared.get(name, "")
        if not repository.startswith("file://") or not _SUBCHART_NAME.fullmatch(name):
            raise failure(
                command,
                completed,
                request,
                remedy=f"Run `helm dependency build {request.context.checkout.relative(request.directory)}` and commit"
                " its charts/ directory: chart repositories are not reached in this version.",
            )
        places[name] = _local_chart(name, repository, request)
    return places


@contextmanager
def linked_chart(places: dict[str, str], request: RenderRequest) -> Iterator[str]:
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
            (chart / "charts" / name).symlink_to(place)
        yield folder


def _declared(request: RenderRequest) -> list[JsonObject]:
    path = Path(request.directory, "Chart.yaml")
    where = request.context.checkout.relative(str(path))
    try:
        documents = load_documents(path.read_bytes(), source=where)
    except YamlError as error:
        raise ApplicationError(error.summary, remedy="Correct Chart.yaml.") from error
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
