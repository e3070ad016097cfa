"""The quick reader of block style says what the full one says, or nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitops_action.resource.block_style import BlockReader, Unusual
from gitops_action.resource.yaml import YamlError, _load_yaml, load_documents

KEYS = st.sampled_from(
    ["a", "b", "c", "d", '"k"', "x.y/z-w", "_x", "on", '"on"', "1", "null", "<<", "a b", '"a b"', "'q'"]
)
VALUES = st.sampled_from(
    ["1", "yes", "text", "a b", "a  b", "'q'", '"s"', "{}", "[]", '[a, "b"]', "{a: 1, b: x}", "|", "|-", "-1", "0x1",
     "1_0", "--x", "~", "", "", " ", "a:b", "http://x:80/y", "a,b", "a]", "{a", "[a", "a'b", "1.0", "1e3", ".inf",
     "null", "2001-01-01", "é", "[1, yes]",
     "{y: 1}", "{a: 1, a: 2}", "{ a: b }", "[a,b]", "a: b", "'a''b'", '"a\\n"', "x # c", "*a",
     "&a b", "!t x",
     ">", "a\\b", "=", "-x", "- b", "|2", "{}x"]
)  # fmt: skip
INDENTS = st.sampled_from(["", "", "  ", "  ", "    ", "      ", " "])
LINES = (
    st.tuples(INDENTS, KEYS, st.just(": "), VALUES)
    | st.tuples(INDENTS, KEYS, st.just(":"))
    | st.tuples(INDENTS, st.just("- "), KEYS, st.just(": "), VALUES)
    | st.tuples(INDENTS, st.just("- "), VALUES)
    | st.tuples(INDENTS, st.sampled_from(["# c", "", "  ", "text", "-", "-  a: 1"]))
).map("".join)
TEXTS = st.tuples(st.lists(LINES, min_size=1, max_size=8).map("\n".join), st.sampled_from(["\n", "\n\n", ""])).map(
    "".join
)

CHART = """\
# Source: web/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    checksum/config: "e3b0c44298fc1c14"
  labels: {}
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    spec:
      containers:
        - name: web
          image: "nginx:1.25"
          args: ["--port", "80", x]
          command:
          - sh
          - -c
          env:
            - name: A
              value: 'yes'
            - name: B
              value:
      volumes: []
data:
  empty:
  script: |
    #!/bin/sh

      echo "a: b"
  last: |-
    no line break

# the end
"""


def quick(text: str) -> Any:
    document = BlockReader().read(text)
    return None if document is None or document[0] is None else (document[0], document[1] + 1)


def full(text: str) -> Any:
    try:
        return next(iter(_load_yaml(text, "text", 1)), None)
    except YamlError as error:
        return str(error)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example(CHART)
@example("a: |-")
@example("a: |\n  x")
@example("a: 1\n  b: 2\n")
@example("a: b\n  - c\n")
@example("a:\n- b\n- c: 1\n  d: 2\ne: 3\n")
@example("a: |\n  x\n   \ny: 1\n")
def test_what_the_quick_reader_says_is_what_the_full_reader_says(text: str) -> None:
    try:
        value = quick(text)
    except Unusual:
        return
    assert json.dumps(value) == json.dumps(full(text))


def test_a_chart_is_read_quickly() -> None:
    assert quick(CHART) == full(CHART)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2\n", "a: &x 1\n", "a: *x\n", "a: !t 1\n", "a: >\n  x\n", 'a: "\\n"\n', "a: 1 # c\n", "\ta: 1\n",
        "a: 1\r\n",
        "a:\n    - b\n  - c\n", "- - a\n", " a: 1\n", "? a\n", "on: 1\n", "a: .inf\n", "a: x\n   y\n", "a: |2\n    x\n",
        "a: {b: {c: 1}}\n", "<<: {}\n", "a: \ufeff\n", "  " * 60 + "a: 1\n",
    ],
)  # fmt: skip
def test_what_is_not_of_the_style_is_left_to_the_full_reader(text: str) -> None:
    with pytest.raises(Unusual):
        BlockReader().read(text)


def test_documents_of_both_styles_make_one_stream_with_their_lines() -> None:
    text = "a: 1\n---\n# c\n\nb: >\n  x\n  y\n---\nc: {d: 1}\n---\n# nothing\n---\n- e: [1, [2]]\n"
    assert load_documents(text, source="text") == [
        ({"a": 1}, 1),
        ({"b": "x y\n"}, 5),
        ({"c": {"d": 1}}, 9),
        ([{"e": [1, [2]]}], 13),
    ]


def test_an_error_behind_other_documents_names_its_line() -> None:
    with pytest.raises(YamlError, match=r"^text:6: duplicate key 'b'$"):
        load_documents("---\na: 1\n---\nb: 1\nc: 2\nb: 3\n---\nd: 4\n", source="text")
