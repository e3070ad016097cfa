"""``fieldsV1`` trees, read as paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.resource import Resource
from gitops_action.resource.fields import (
    Field,
    Index,
    Item,
    Member,
    Path,
    applied_by,
    contains,
    entries,
    format_element,
    format_path,
    leaves,
    parse_element,
    subtract,
    tree_of,
    union,
    without,
)

if TYPE_CHECKING:
    from gitops_action.resource.resource import JsonObject

TREE: dict[str, Any] = {
    "f:metadata": {"f:finalizers": {'v:"a"': {}}, "f:labels": {".": {}, "f:app": {}}},
    "f:spec": {"f:ports": {'k:{"port":53,"protocol":"UDP"}': {".": {}, "f:port": {}}}, "f:args": {"i:1": {}}},
}
UDP = Item((("port", 53), ("protocol", "UDP")))


@pytest.mark.parametrize(
    ("text", "element"),
    [
        ("f:image", Field("image")),
        ("f:a:b", Field("a:b")),
        ("f:", Field("")),
        ('k:{"protocol":"UDP","port":53}', UDP),
        ('v:"x"', Member("x")),
        ("v:7", Member(7)),
        ("i:3", Index(3)),
    ],
)
def test_an_element_is_read_and_written(text: str, element: Any) -> None:
    assert parse_element(text) == element
    assert parse_element(format_element(element)) == element


@pytest.mark.parametrize("text", ["", "x:1", "spec", "k:7", "k:{}", "k:{", "v:", "i:x"])
def test_what_is_no_element_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_element(text)


def test_strict_identity_tells_a_number_from_its_text_and_from_a_boolean() -> None:
    keys = [Item((("a", value),)).token for value in (1, "1", True, 1.0)]
    assert len(set(keys)) == 4


def test_the_leaves_of_a_tree_are_paths() -> None:
    assert [format_path(path) for path in leaves(TREE)] == [
        "metadata.finalizers[a]",
        "metadata.labels.app",
        "spec.ports[53,UDP].port",
        "spec.args[1]",
    ]


def test_a_tree_contains_its_paths_what_is_above_them_and_what_is_below_a_leaf() -> None:
    spec = Field("spec")
    assert contains(TREE, (spec,))
    assert contains(TREE, (spec, Field("ports"), UDP, Field("port")))
    assert contains(TREE, (spec, Field("ports"), UDP, Field("port"), Field("below")))
    assert not contains(TREE, (spec, Field("ports"), UDP, Field("name")))
    assert not contains(TREE, (spec, Field("args"), Index(2)))


def test_trees_are_united_and_made_of_paths() -> None:
    assert union({"f:a": {"f:b": {}}}, {"f:a": {"f:c": {}}, "f:d": {}}) == {"f:a": {"f:b": {}, "f:c": {}}, "f:d": {}}
    assert tree_of([(Field("a"), UDP), (Field("a"), Member("x"))]) == {
        "f:a": {'k:{"port":53,"protocol":"UDP"}': {}, 'v:"x"': {}}
    }


def test_a_path_is_subtracted_with_what_is_below() -> None:
    assert subtract({"f:a": {"f:b": {"f:c": {}}, "f:d": {}}}, [(Field("a"), Field("b")), (Field("x"),)]) == {
        "f:a": {"f:d": {}}
    }


def test_entries_are_read_and_ours_are_those_of_an_apply_to_the_whole_object() -> None:
    managed = [
        {"manager": "us", "operation": "Apply", "apiVersion": "v1", "fieldsV1": {"f:a": {}}},
        {"manager": "us", "operation": "Apply", "apiVersion": "v1", "subresource": "status", "fieldsV1": {}},
        {"manager": "us", "operation": "Update", "apiVersion": "v1"},
        {"operation": "Apply"},
    ]
    live = Resource({"metadata": {"managedFields": managed}})
    assert [(e.manager, e.operation, e.subresource) for e in entries(live)] == [
        ("us", "Apply", ""),
        ("us", "Apply", "status"),
        ("us", "Update", ""),
        ("", "Apply", ""),
    ]
    [ours] = applied_by(live, "us")
    assert ours.fields == {"f:a": {}}
    assert entries(Resource({"metadata": {}})) == ()


def test_paths_are_taken_out_of_a_copy_and_what_gets_empty_goes_unless_it_is_kept() -> None:
    value: JsonObject = {
        "metadata": {"finalizers": ["a"], "labels": {"app": "x"}},
        "spec": {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}], "args": [1, 2]},
    }
    paths: list[Path] = [
        (Field("metadata"), Field("finalizers"), Member("a")),
        (Field("metadata"), Field("labels"), Field("app")),
        (Field("spec"), Field("ports"), UDP),
        (Field("spec"), Field("ports"), Item((("port", 54), ("protocol", "UDP"))), Field("x")),
        (Field("nowhere"), Index(7), Field("x")),
    ]
    assert without(value, paths) == {"spec": {"ports": [{"port": 53, "protocol": "TCP"}], "args": [1, 2]}}
    kept: JsonObject = {"metadata": {"labels": {}}}
    assert without(value, paths, kept=kept)["metadata"] == {"labels": {}}
    assert value["metadata"]["labels"] == {"app": "x"}
