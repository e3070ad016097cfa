from __future__ import annotations

from textwrap import dedent
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_action.resource.yaml import load_documents
from gitops_action.resource.yaml_dump import dump

TEXTS = st.text(max_size=12) | st.text(
    alphabet="ab \t\n:#-'\"{}[]&*!|>%@`?,=~.0123eExyn_+<\x85\u2028\ufeff\x7f", max_size=10
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)


@settings(deadline=None)
@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=3))
def test_what_is_written_reads_back_as_the_same_value(value: dict[str, Any]) -> None:
    assert load_documents(dump(value), source="dump") == [(value, 1)]


def test_a_manifest_looks_as_people_write_it() -> None:
    value = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "web", "labels": {}, "finalizers": []},
        "data": {
            "on": "yes",
            "port": "8080",
            "size": "100m",
            "empty": "",
            "script": "set -e\n  run\n",
            "url": "http://web:80/",
        },
        "containers": [{"name": "web", "args": ["--x", "y: z"], "image": "nginx:1.25"}, [1, [2.5, None]], True],
        "text": "no end of line\nhere",
        "kept": "two ends\n\n",
    }
    assert dump(value) == dedent("""\
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: web
          labels: {}
          finalizers: []
        data:
          "on": "yes"
          port: "8080"
          size: 100m
          empty: ""
          script: |
            set -e
              run
          url: http://web:80/
        containers:
        - name: web
          args:
          - "--x"
          - "y: z"
          image: nginx:1.25
        - - 1
          - - 2.5
            - null
        - true
        text: |-
          no end of line
          here
        kept: |+
          two ends

        """)
