"""Image changes of anything that bears pods."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_action.report.images import ImageRow, image_changes, image_rows, split
from gitops_action.report.model import ChangeKind, ImageChange
from tests.report import samples


def pod_spec(*images: str, init: str = "") -> dict[str, Any]:
    containers = [{"name": f"c{at}", "image": image} for at, image in enumerate(images)]
    return {"containers": containers, **({"initContainers": [{"name": "init", "image": init}]} if init else {})}


PATHS = {
    "Pod": ("spec",),
    "Deployment": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "PodTemplate": ("template", "spec"),
}


def wrapped(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    for step in reversed(PATHS[kind]):
        spec = {step: spec}
    return spec


@pytest.mark.parametrize("kind", PATHS)
def test_the_image_of_every_kind_is_found(kind: str) -> None:
    before, after = pod_spec("web:1", "side:1", init="i:1"), pod_spec("web:2", "side:1", init="i:2")
    changes = image_changes(wrapped(kind, before), wrapped(kind, after))
    assert changes == (
        ImageChange(container="init", old="i:1", new="i:2"),
        ImageChange(container="c0", old="web:1", new="web:2"),
    )


def test_containers_that_come_or_go_have_one_side() -> None:
    before, after = {"spec": pod_spec("web:1", "old:1")}, {"spec": pod_spec("web:1")}
    assert image_changes(before, after) == (ImageChange(container="c1", old="old:1", new=""),)
    assert image_changes(None, after) == (ImageChange(container="c0", old="", new="web:1"),)
    assert image_changes(after, None) == (ImageChange(container="c0", old="web:1", new=""),)
    assert image_changes(None, None) == ()


@pytest.mark.parametrize(
    "manifest",
    [{}, {"spec": None}, {"spec": []}, {"spec": {"containers": {}}}, {"spec": {"containers": [1, {"image": 2}, {}]}}],
)
def test_what_is_no_pod_has_no_images(manifest: dict[str, Any]) -> None:
    assert image_changes(manifest, {}) == ()


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("nginx", ("nginx", "")),
        ("nginx:1.2", ("nginx", "1.2")),
        ("registry:5000/nginx", ("registry:5000/nginx", "")),
        ("registry:5000/a/nginx:1.2@sha256:ab", ("registry:5000/a/nginx", "1.2@sha256:ab")),
        ("nginx@sha256:ab", ("nginx", "@sha256:ab")),
    ],
)
def test_an_image_is_its_repository_and_its_tag(image: str, parts: tuple[str, str]) -> None:
    assert split(image) == parts


def rows(*changes: ImageChange) -> tuple[ImageRow, ...]:
    row = samples.a_resource("Pod", "p", ChangeKind.CHANGED, images=changes)
    return image_rows(samples.a_report(samples.an_application("web", row), samples.an_application("api", row)))


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (ImageChange(container="c", old="a/web:1", new="a/web:2"), ("a/web", "1", "2")),
        (ImageChange(container="c", old="a/web", new="a/web:2"), ("a/web", "no tag", "2")),
        (ImageChange(container="c", old="a/web:1", new="b/web:1"), ("c", "a/web:1", "b/web:1")),
        (ImageChange(container="c", old="", new="b/web:1"), ("b/web", "", "1")),
        (ImageChange(container="c", old="b/web", new=""), ("b/web", "no tag", "")),
    ],
)
def test_a_row_shows_tags_and_the_whole_image_only_where_the_repository_changes(
    change: ImageChange, shown: tuple[str, str, str]
) -> None:
    name, old, new = shown
    assert rows(change) == (ImageRow(name=name, old=old, new=new, applications=("web", "api")),)
