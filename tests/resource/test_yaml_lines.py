"""A field is found in its own line, also in a later document of a file; what is not there is at what holds it."""

from __future__ import annotations

import pytest

from gitops_action.resource.yaml_lines import line_of

TEXT = """\
# first
kind: A
---
kind: B
spec:
  sources:
    - path: a
    - path: b
      helm: {valuesFile: x}
  "quoted": 1
"""


@pytest.mark.parametrize(
    ("document", "path", "line"),
    [
        (2, "kind", 2),
        (4, "kind", 4),
        (4, "spec", 5),
        (4, "spec.sources[0].path", 7),
        (4, "spec.sources[1]", 8),
        (4, "spec.sources[1].helm.valuesFile", 9),
        (4, "spec.quoted", 10),
        (4, "spec.sources[1].gone", 8),
        (4, "gone", 4),
        (99, "kind", 99),
    ],
)
def test_a_field_is_found_by_its_path(document: int, path: str, line: int) -> None:
    assert line_of(TEXT, document, path) == line


def test_a_text_that_cannot_be_read_again_leaves_the_document_s_line() -> None:
    assert line_of("a: [", 1, "a") == 1
