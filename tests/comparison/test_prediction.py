"""Whose changes count: only ours, so that a webhook or a controller beside us is no difference (W-18, DIF-24)."""

from __future__ import annotations

import pytest

from gitops_action.comparison.prediction import comparable, differs, keep_owned
from tests.comparison.objects import named, owns, parse


def kept(predicted: str, live: str, owned: str, lost: str = "{}") -> object:
    return keep_owned(parse(predicted), parse(live), owns(owned), owns(lost))


@pytest.mark.parametrize(
    ("predicted", "live", "owned", "lost", "expected"),
    [
        pytest.param("{a: 2}", "{a: 1}", "{a: {}}", "{}", "{a: 2}", id="ours counts"),
        pytest.param("{a: 2}", "{a: 1}", "{}", "{}", "{a: 1}", id="a webhook's change does not"),
        pytest.param("{a: 1, b: 2}", "{a: 1}", "{a: {}}", "{}", "{a: 1}", id="nor its addition"),
        pytest.param("{a: 1}", "{a: 1, b: 2}", "{a: {}}", "{}", "{a: 1, b: 2}", id="nor its removal"),
        pytest.param("{a: 1}", "{a: 1, b: 2}", "{a: {}}", "{b: {}}", "{a: 1}", id="what we gave up goes"),
        pytest.param("{b: 30}", "{b: 5}", "{}", "{b: {}}", "{b: 30}", id="and its default comes back"),
        pytest.param(
            "{m: {a: 2, b: 2}}", "{m: {a: 1, b: 1}}", "{m: {a: {}}}", "{}", "{m: {a: 2, b: 1}}", id="in a map"
        ),
        pytest.param(
            "{m: {a: 2, b: 2}}", "{}", "{m: {a: {}}}", "{}", "{m: {a: 2, b: 2}}", id="a new map is shown whole"
        ),
        pytest.param("{}", "{m: {a: 1}}", "{}", "{m: {a: {}}}", "{}", id="an emptied map goes"),
        pytest.param("{l: [3]}", "{l: [1, 2]}", "{l: {}}", "{}", "{l: [3]}", id="an atomic list"),
        pytest.param("{resources: {x: 1}}", "{resources: {}}", "{resources: {}}", "{}", "{resources: {}}", id="W-9"),
    ],
)
def test_only_what_is_ours_counts(  # a table
    predicted: str, live: str, owned: str, lost: str, expected: str
) -> None:
    assert kept(predicted, live, owned, lost) == parse(expected)


ITEMS = """{l: {'k:{"name":"a"}': {.: {}, name: {}, v: {}}, 'k:{"name":"b"}': {.: {}, name: {}, v: {}}}}"""


@pytest.mark.parametrize(
    ("predicted", "live", "lost", "expected"),
    [
        pytest.param(
            "{name: a, v: 2, w: 2}", "{name: a, v: 1, w: 1}", "{}", "{name: a, v: 2, w: 1}", id="field by field"
        ),
        pytest.param("{name: a}, {name: side}", "{name: a}", "{}", "{name: a}", id="an injected item is not ours"),
        pytest.param(
            "{name: a}, {name: b, d: 1}", "{name: a}", "{}", "{name: a}, {name: b, d: 1}", id="a new one is whole"
        ),
        pytest.param(
            "{name: a}", "{name: x}, {name: a}", "{}", "{name: x}, {name: a}", id="a foreign one stays in place"
        ),
        pytest.param(
            "{name: a}",
            "{name: a}, {name: old}",
            """{l: {'k:{"name":"old"}': {.: {}, name: {}}}}""",
            "{name: a}",
            id="one that we gave up goes",
        ),
        pytest.param(
            "{name: a}, {name: b}", "{name: b}, {name: a}", "{}", "{name: a}, {name: b}", id="our order counts"
        ),
    ],
)
def test_only_our_items_count(predicted: str, live: str, lost: str, expected: str) -> None:
    assert kept(f"{{l: [{predicted}]}}", f"{{l: [{live}]}}", ITEMS, lost) == parse(f"{{l: [{expected}]}}")


def test_members_of_a_set_are_ours_one_by_one() -> None:
    owned = """{l: {'v:"a"': {}}}"""
    assert kept("{l: [a, injected]}", "{l: [a, foreign]}", owned) == {"l": ["a", "foreign"]}
    assert kept("{l: [a]}", "{l: [a, old]}", owned, """{l: {'v:"old"': {}}}""") == {"l": ["a"]}


def test_dif11_what_only_the_server_writes_is_not_compared() -> None:
    server = {
        "uid": "u",
        "resourceVersion": "1",
        "generation": 2,
        "creationTimestamp": "t",
        "managedFields": [],
        "selfLink": "s",
    }
    live = named("v1", "Service", {"metadata": server, "spec": {}, "status": {"x": 1}})
    identity = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"}, "spec": {}}
    assert comparable(live, has_status=True) == identity
    assert comparable(live, has_status=False) == {**identity, "status": {"x": 1}}


def test_w2_a_boolean_is_no_number() -> None:
    assert differs({"a": True}, {"a": 1})
    assert not differs({"a": 1, "b": 2}, {"b": 2, "a": 1})
