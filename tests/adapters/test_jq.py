"""jq in its own process: what an expression names, and that a hostile one harms nobody (DIF-30)."""

from __future__ import annotations

import time
from typing import Any

import pytest

from gitops_action.adapters.jq import JqQueries
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.comparison.ignore_differences import RuleFailed

QUERIES = JqQueries(process=SubprocessProcess())
POD: Any = {"spec": {"containers": [{"name": "app", "image": "a:1"}, {"name": "sidecar", "image": "b:2"}]}}
UNABLE = "fails on this object, or takes more than a second of processor time or 512 MB of memory"


def test_each_expression_names_paths_in_each_value_and_sees_what_the_ones_before_it_left() -> None:
    found = QUERIES.paths(['.spec.containers[] | select(.name == "app")', ".spec.containers[0]"], [POD, {"spec": {}}])

    assert found == [
        [[("spec", "containers", 0)], [("spec", "containers", 0)]],
        [[], [("spec", "containers", 0)]],
    ]


@pytest.mark.parametrize(
    ("expression", "paths"),
    [
        (".spec.replicas", [("spec", "replicas")]),
        (".spec, .metadata", [("spec",), ("metadata",)]),
        (".spec.containers[].image", [("spec", "containers", 0, "image"), ("spec", "containers", 1, "image")]),
        (".spec.containers[-1:]", [("spec", "containers", {"start": -1, "end": None})]),
        ('.. | select(. == "b:2")', [("spec", "containers", 1, "image")]),
        (".spec.initContainers[]?", []),
        ('.spec.initContainers[] | select(.name == "mesh")', []),
        ("empty", []),
    ],
)
def test_an_expression_names_paths(expression: str, paths: list[Any]) -> None:
    assert QUERIES.paths([expression], [POD]) == [[paths]]


def test_a_syntax_error_is_told_with_the_expression_and_without_any_value() -> None:
    with pytest.raises(RuleFailed) as caught:
        QUERIES.paths([".spec", ".spec["], [])

    assert (caught.value.rule, caught.value.is_syntax) == ("jq:.spec[", True)
    assert "syntax error" in caught.value.reason


@pytest.mark.parametrize(
    "expression",
    [
        "until(false; .)",
        "range(0; 1e18)",
        "[range(0; 1e18)]",
        "reduce range(0; 1e18) as $i (.; .)",
        "def f: [f]; f",
        "def f: f | f; f",
        '"x" * 1e12',
        "[limit(1e12; repeat(1))]",
        ".spec | recurse([., .])",
        ".spec | halt",
        "input",
        "env.PATH",
        ".",
        ".spec.containers.name",
        '.spec | error("secret")',
    ],
)
def test_an_expression_that_loops_swallows_memory_or_fails_ends_and_is_named(expression: str) -> None:
    started = time.monotonic()

    with pytest.raises(RuleFailed) as caught:
        QUERIES.paths([".metadata", expression], [POD])

    assert (caught.value.rule, caught.value.reason) == (f"jq:{expression}", UNABLE)
    assert not caught.value.is_syntax
    assert time.monotonic() - started < 30


def test_an_expression_cannot_read_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED_TOKEN", "ghs_planted")

    # Were the variable there, its text would name a field that exists.
    expression = "if env.PLANTED_TOKEN or $ENV.PLANTED_TOKEN then .spec else empty end"

    assert QUERIES.paths([expression], [POD]) == [[[]]]
