"""YAML texts in ConfigMaps: a hunk says where in the document it is."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_action.comparison.diff import unified
from gitops_action.comparison.yaml_place import enclosing

OLD = """\
server:
  # the port
  tls:
    enabled: false
    ciphers:
    - a
    - b
clients:
- name: web
  limits:
    rate: 5
"""
LINES = OLD.split("\n")


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (0, ""),
        (2, "server"),
        (3, "server.tls"),
        (6, "server.tls.ciphers"),
        (8, "clients"),
        (10, "clients.limits"),
        (11, ""),
        (99, ""),
    ],
)
def test_a_line_stands_below_the_keys_around_it(line: int, place: str) -> None:
    assert enclosing(LINES, line) == place


def test_the_header_of_a_hunk_names_them() -> None:
    old: Any = {"kind": "ConfigMap", "data": {"app.yaml": OLD, "app.txt": OLD}}
    new = {"kind": "ConfigMap", "data": {name: text.replace("false", "true") for name, text in old["data"].items()}}
    text = unified(old, new).text
    assert [line for line in text.split("\n") if line.startswith("@@")] == [
        "@@ data.app.txt @@",
        "@@ data.app.yaml: server.tls @@",
    ]
