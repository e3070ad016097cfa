"""The annotation manifest-generate-paths: where it is, only what it names counts (REF-1 to REF-3)."""

from __future__ import annotations

import pytest

from gitops_action.affected.generate_paths import ANNOTATION
from tests.affected.memory_tree import application, why

_FILES = {"apps/web/web.yaml": "", "shared/x.yaml": ""}


@pytest.mark.parametrize(
    ("annotation", "path", "counts"),
    [
        (".", "apps/web/README.md", True),
        (".", "apps/web/deep/web.yaml", True),
        (".", "apps/web-2/web.yaml", False),
        ("/shared", "shared/x.yaml", True),
        ("/shared", "apps/web/web.yaml", False),
        ("../db", "apps/db/a.yaml", True),
        ("; . ;/shared/;", "shared/y", True),
        ("/shared/*.yaml", "shared/new.yaml", True),
        ("/shared/*.yaml", "shared/deep/new.yaml", False),
        ("/", "anything/at/all", True),
        ("../../..", "anything", False),
        ("/shared/[", "shared/x.yaml", False),
        (" ; ", "apps/web/web.yaml", True),  # names nothing, so it does not count
        (" ; ", "shared/x.yaml", False),
    ],
)
def test_what_the_annotation_names_counts(annotation: str, path: str, *, counts: bool) -> None:
    app = application("path: apps/web", annotations={ANNOTATION: annotation})

    assert bool(why(app, _FILES, path)) is counts


def test_a_path_is_relative_to_each_of_the_sources() -> None:
    app = application("[{path: apps/web}, {path: apps/db}]", annotations={ANNOTATION: "."})

    assert why(app, _FILES, "apps/db/x", "apps/web/x", "apps/x") == [
        f"apps/db/x (named by the annotation {ANNOTATION})",
        f"apps/web/x (named by the annotation {ANNOTATION})",
    ]
