"""What a reader sees: changed lines under their path, whole objects only where they come or go."""

from __future__ import annotations

import time
from textwrap import dedent
from typing import Any

import pytest

from gitops_action.comparison.diff import unified
from tests.comparison.objects import parse


def diff(old: str | None, new: str | None) -> str:
    return unified(None if old is None else parse(old), None if new is None else parse(new)).text


SERVICE = """
kind: Service
spec: {type: ClusterIP, ports: [{port: 80, name: http}]}
apiVersion: v1
metadata: {name: web, uid: u, resourceVersion: "1", managedFields: [], generation: 2, creationTimestamp: t}
status: {loadBalancer: {}}
"""
WHOLE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  ports:
  - name: http
    port: 80
  type: ClusterIP
"""


def test_a_whole_object_is_shown_where_it_comes_or_goes_without_what_the_server_wrote() -> None:
    assert diff(None, SERVICE) == "".join(f"+{line}\n" for line in WHOLE.splitlines())
    assert diff(SERVICE, None) == "".join(f"-{line}\n" for line in WHOLE.splitlines())
    counted = unified(parse(SERVICE), None)
    assert (counted.added, counted.removed) == (0, 9)


def test_what_only_the_server_writes_is_no_difference() -> None:
    assert diff(SERVICE, SERVICE.replace("uid: u", "uid: v").replace("loadBalancer", "x")) == ""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "spec: {replicas: 4, template: {spec: {containers: [{name: app, image: a:1}, {name: b, image: b}]}}}",
            "spec: {replicas: 6, template: {spec: {containers: [{name: app, image: a:2}, {name: b, image: b}]}}}",
            """\
            @@ spec @@
            -  replicas: 4
            +  replicas: 6
            @@ spec.template.spec.containers[app] @@
            -  image: a:1
            +  image: a:2
            """,
            id="fields and items by name",
        ),
        pytest.param(
            "spec: {l: [{name: a, v: 1}, {name: gone}]}",
            "spec: {l: [{name: a, v: 2}, {name: come, x: [1, 2]}]}",
            """\
            @@ spec.l @@
            -  - name: gone
            +  - name: come
            +    x:
            +    - 1
            +    - 2
            @@ spec.l[a] @@
            -  v: 1
            +  v: 2
            """,
            id="items that come and go",
        ),
        pytest.param(
            "spec: {l: [{name: a}, {name: b}]}",
            "spec: {l: [{name: b}, {name: a}]}",
            """\
            @@ spec.l @@
            +  - name: b
               - name: a
            -  - name: b
            """,
            id="items in another order",
        ),
        pytest.param(
            "{a: {b: 1}}",
            "{a: text}",
            """\
            @@ top level @@
            -  a:
            -    b: 1
            +  a: text
            """,
            id="another type",
        ),
        pytest.param(
            "data: {same: (unchanged), gone: (removed), changed: (old value)}",
            "data: {same: (unchanged), changed: (new value), come: (added)}",
            """\
            @@ data @@
            -  changed: "(old value)"
            +  changed: "(new value)"
            +  come: "(added)"
            -  gone: "(removed)"
               same: "(unchanged)"
            """,
            id="the keys of a Secret",
        ),
        pytest.param(
            "{args: [a, b, c]}",
            "{args: [a, x, c]}",
            """\
            @@ args @@
               - a
            -  - b
            +  - x
               - c
            """,
            id="a list of texts",
        ),
        pytest.param("{a: 1}", "{a: true}", "@@ top level @@\n-  a: 1\n+  a: true\n", id="a change of type (W-2)"),
        pytest.param("{a: 1}", "{a: 1, b: null}", "@@ top level @@\n+  b: null\n", id="null is a value"),
    ],
)
def test_only_changed_fields_are_shown_under_their_path(old: str, new: str, expected: str) -> None:
    header = "{apiVersion: v1, kind: X, metadata: {name: a}"
    sides = [{**parse(header + "}"), **parse(side)} for side in (old, new)]
    assert unified(*sides).text == dedent(expected)


def test_long_texts_are_compared_line_by_line_with_context() -> None:
    lines = [f"line {number}" for number in range(20)]
    changed = [*lines[:10], "changed", *lines[11:]]
    old, new = ({"data": {"nginx.conf": "\n".join(side) + "\n"}} for side in (lines, changed))
    assert unified(old, new).text == dedent("""\
        @@ data.nginx.conf @@
           line 7
           line 8
           line 9
        -  line 10
        +  changed
           line 11
           line 12
           line 13
        """)


def test_far_changes_of_a_text_are_hunks_of_their_own() -> None:
    lines = [f"line {number}" for number in range(30)]
    changed = ["first", *lines[1:-1], "last"]
    old, new = ({"data": {"f": "\n".join(side)}} for side in (lines, changed))
    assert unified(old, new).text.count("@@ data.f @@") == 2


def test_a_text_that_only_gains_a_last_newline_shows_it() -> None:
    assert unified({"data": {"f": "a\nb"}}, {"data": {"f": "a\nb\n"}}).added == 1


def _big(seed: int, lines: int) -> dict[str, Any]:
    return {"data": {"file": "\n".join(f"{number * seed % 9973} value" for number in range(lines))}}


def test_a_megabyte_is_compared_in_bounded_time() -> None:
    start = time.process_time()
    found = unified(_big(7, 80_000), _big(11, 80_000))
    assert time.process_time() - start < 5
    assert found.removed > 70_000


def test_a_long_line_is_cut_with_a_digest_that_tells_two_apart() -> None:
    text = unified({"binaryData": {"f": "A" * 100_000 + "B"}}, {"binaryData": {"f": "A" * 100_000 + "C"}}).text
    old, new = text.splitlines()[1:]
    assert len(text) < 3000
    assert old[1:] != new[1:]
    assert "… (100004 characters, sha256 " in old


def test_a_json_document_on_one_line_is_compared_as_a_document() -> None:
    old, new = '{"a": [1, 2], "b": {"c": true}}', '{"a": [1, 3], "b": {"c": true}}'
    found = unified({"data": {"x.json": old}}, {"data": {"x.json": new}}).text
    assert found.startswith("@@ data.x.json (JSON) @@\n")
    assert "-      2\n+      3\n" in found
    assert "-" in unified({"data": {"x": "{a"}}, {"data": {"x": "{b"}}).text


def test_ports_of_one_number_are_told_apart_by_their_protocol() -> None:
    udp = {"port": 53, "protocol": "UDP"}
    old = {"spec": {"ports": [{"port": 53, "protocol": "TCP", "targetPort": 1}, udp]}}
    new = {"spec": {"ports": [{"port": 53, "protocol": "TCP", "targetPort": 2}, udp]}}
    assert unified(old, new).text == "@@ spec.ports[53/TCP] @@\n-  targetPort: 1\n+  targetPort: 2\n"
