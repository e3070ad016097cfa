"""Which container images change.

In: an object before and after, or the image changes that a report holds. Out: ``ImageChange`` values, and the rows of
the image table. Reads what any pod-bearing object has: a Pod, a template of one, a CronJob's job.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.report.model import ImageChange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.report.model import Report
    from gitops_action.resource.resource import Json, JsonObject

_CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")
_POD_SPECS = (
    ("spec",),
    ("spec", "template", "spec"),
    ("spec", "jobTemplate", "spec", "template", "spec"),
    ("template", "spec"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRow:
    """One row of the image table: an image that changes alike in some applications."""

    name: str
    old: str
    new: str
    applications: tuple[str, ...]


def image_changes(before: JsonObject | None, after: JsonObject | None) -> tuple[ImageChange, ...]:
    """Return the images that differ between two states of an object; ``None`` stands for an absent object."""
    old, new = dict(_images(before)), dict(_images(after))
    return tuple(
        ImageChange(container=container, old=old.get(container, ""), new=new.get(container, ""))
        for container in dict.fromkeys([*new, *old])
        if old.get(container, "") != new.get(container, "")
    )


def image_rows(report: Report) -> tuple[ImageRow, ...]:
    """Return the image changes of a report, each once with the applications that it befalls."""
    rows: dict[tuple[str, str, str], dict[str, None]] = {}
    for application in report.applications:
        for resource in application.resources:
            for change in resource.images:
                rows.setdefault(_named(change), {})[application.name] = None
    return tuple(
        ImageRow(name=name, old=old, new=new, applications=tuple(applications))
        for (name, old, new), applications in rows.items()
    )


def split(image: str) -> tuple[str, str]:
    """Return an image's repository and what follows it: its tag, its digest, or both."""
    repository, at, digest = image.partition("@")
    start = repository.find(":", repository.rfind("/") + 1)
    name, tag = (repository, "") if start < 0 else (repository[:start], repository[start + 1 :])
    return name, f"{tag}{at}{digest}"


def _named(change: ImageChange) -> tuple[str, str, str]:
    """Return repository, old tag and new tag; whole images where the repository itself changes."""
    (old_name, old_tag), (new_name, new_tag) = split(change.old), split(change.new)
    if not change.old:
        return new_name, "", new_tag or "no tag"
    if not change.new:
        return old_name, old_tag or "no tag", ""
    if old_name == new_name:
        return new_name, old_tag or "no tag", new_tag or "no tag"
    return change.container, change.old, change.new


def _images(manifest: JsonObject | None) -> Iterator[tuple[str, str]]:
    for path in _POD_SPECS:
        spec: Json = manifest
        for step in path:
            spec = spec.get(step) if isinstance(spec, dict) else None
        if not isinstance(spec, dict):
            continue
        for containers in _CONTAINER_LISTS:
            yield from _named_images(spec.get(containers))


def _named_images(containers: Json) -> Iterator[tuple[str, str]]:
    for container in containers if isinstance(containers, list) else ():
        if isinstance(container, dict) and isinstance(container.get("image"), str):
            yield str(container.get("name") or ""), container["image"]
