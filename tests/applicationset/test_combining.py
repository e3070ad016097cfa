"""Matrix and merge: how the parameters of several generators come together."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.applicationset.inputs import ClusterEntry
from gitops_action.errors import ApplicationError
from tests.applicationset.sets import REPOSITORY

if TYPE_CHECKING:
    from tests.applicationset.sets import World


def elements(*params: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"list": {"elements": list(params)}, **more}


def matrix(world: World, *generators: dict[str, Any], go: bool = False, options: tuple[str, ...] = ()) -> Any:
    return world.params(json.dumps({"matrix": {"generators": generators}}), go=go, options=options)


def merge(world: World, keys: list[str], *generators: dict[str, Any], go: bool = False) -> Any:
    return world.params(json.dumps({"merge": {"mergeKeys": keys, "generators": generators}}), go=go)


# --- matrix ----------------------------------------------------------------------------------------------------------


def test_each_of_the_first_meets_each_of_the_second(world: World) -> None:  # APS-12
    assert matrix(world, elements({"a": "1"}, {"a": "2"}), elements({"b": "x"}, {"b": "y"})) == [
        {"a": "1", "b": "x"},
        {"a": "1", "b": "y"},
        {"a": "2", "b": "x"},
        {"a": "2", "b": "y"},
    ]


def test_the_first_steers_the_second(world: World) -> None:  # APS-12
    clusters = (
        ClusterEntry(name="eu", server="https://eu", labels={"tier": "a"}),
        ClusterEntry(name="us", server="https://us", labels={"tier": "b"}),
    )
    files = {"apps/a/x": "", "apps/b/x": ""}
    git = {"git": {"repoURL": REPOSITORY, "directories": [{"path": "apps/*"}]}}
    second = {"clusters": {"selector": {"matchLabels": {"tier": "{{path.basename}}"}}}}
    simple = matrix(replace(world, clusters=clusters, files=files), git, second)
    assert [(each["path"], each["name"]) for each in simple] == [("apps/a", "eu"), ("apps/b", "us")]
    second = {"clusters": {"selector": {"matchLabels": {"tier": "{{ .path.basename }}"}}}}
    with_go = matrix(replace(world, clusters=clusters, files=files), git, second, go=True)
    assert [(each["path"]["path"], each["name"]) for each in with_go] == [("apps/a", "eu"), ("apps/b", "us")]


def test_elements_as_yaml_come_from_the_first(world: World) -> None:  # APS-12
    first = {"name": "x", "more": [{"key": "one"}, {"key": "two"}]}
    found = matrix(world, elements(first), {"list": {"elementsYaml": "{{ .more | toJson }}"}}, go=True)
    assert [(each["name"], each["key"]) for each in found] == [("x", "one"), ("x", "two")]


@pytest.mark.parametrize("options", [(), ("missingkey=error",)])
def test_values_that_the_first_does_not_know_are_left_for_the_second(  # APS-12
    world: World, options: tuple[str, ...]
) -> None:
    second = {"clusters": {"values": {"first": "{{ .env }}", "own": "{{ .name }}"}}}
    (params,) = matrix(world, elements({"env": "prod"}), second, go=True, options=options)
    assert params["values"] == {"first": "prod", "own": "in-cluster"}
    second = {"clusters": {"values": {"both": "{{env}}-{{name}}"}}}
    (params,) = matrix(world, elements({"env": "prod"}), second)
    assert params["values.both"] == "prod-in-cluster"


def test_what_the_first_lacks_is_an_error_that_names_its_parameters(world: World) -> None:  # APS-12
    second = {"list": {"elements": [{"b": "{{ .gone }}"}]}}
    with pytest.raises(ApplicationError, match="a generator in a matrix cannot be rendered") as error:
        matrix(world, elements({"env": "prod"}), second, go=True, options=("missingkey=error",))
    assert error.value.detail == 'Parameters: {"env": "prod"}'


def test_a_selector_of_the_second_filters_what_it_gave(world: World) -> None:  # APS-8, APS-12
    second = elements({"b": "{{a}}"}, {"b": "z"}, selector={"matchLabels": {"b": "1"}})
    assert matrix(world, elements({"a": "1"}, {"a": "2"}), second) == [{"a": "1", "b": "1"}]


def test_a_parameter_of_both_must_be_equal_without_go_templates(world: World) -> None:  # APS-13
    assert matrix(world, elements({"a": "1"}), elements({"a": "1", "b": "2"})) == [{"a": "1", "b": "2"}]
    with pytest.raises(ApplicationError, match="both generators of a matrix give the parameter a: '1' and '2'"):
        matrix(world, elements({"a": "1"}), elements({"a": "2"}))


def test_the_first_wins_in_depth_with_go_templates(world: World) -> None:  # APS-13
    first = {"a": "1", "deep": {"x": "first"}, "list": [1], "kind": {}}
    second = {"a": "2", "deep": {"x": "second", "y": "second"}, "list": [2, 3], "kind": {"z": "second"}}
    assert matrix(world, elements(first), elements(second), go=True) == [
        {"a": "1", "deep": {"x": "first", "y": "second"}, "list": [1], "kind": {"z": "second"}}
    ]


@pytest.mark.parametrize(
    ("generators", "says"),
    [
        ([elements({"a": "1"})], "found less than two generators in a matrix"),
        ([elements(), elements(), elements()], "found more than two generators in a matrix"),
        ([elements(clusters={}), elements()], r"found more than one generator \(list, clusters\)"),
        ([elements({"a": "1"}), elements(clusters={})], r"found more than one generator \(list, clusters\)"),
        ([{"lists": {}}, elements()], "found no generator in one entry"),
    ],
)
def test_a_matrix_has_two_generators_of_one_kind_each(world: World, generators: list[Any], says: str) -> None:  # APS-14
    with pytest.raises(ApplicationError, match=says):
        matrix(world, *generators)


def test_a_matrix_that_multiplies_without_end_is_stopped(world: World) -> None:
    first, second = (elements(*({key: str(number)} for number in range(400))) for key in "ab")
    with pytest.raises(ApplicationError, match="more than 100000 sets of parameters"):
        matrix(world, first, second)


# --- merge -----------------------------------------------------------------------------------------------------------


def test_the_first_is_the_base_and_the_others_override_what_matches(world: World) -> None:  # APS-15
    base = elements({"id": "1", "a": "base", "b": "base"}, {"id": "2", "a": "base"})
    one = elements({"id": "1", "a": "one"}, {"id": "3", "a": "dropped"})
    two = elements({"id": "1", "b": "two"})
    assert merge(world, ["id"], base, one, two) == [{"id": "1", "a": "one", "b": "two"}, {"id": "2", "a": "base"}]


def test_all_merge_keys_must_match_and_a_missing_one_is_null(world: World) -> None:  # APS-15
    base = elements({"x": "1", "y": "1", "a": "base"}, {"x": "1", "a": "none"})
    override = elements({"x": "1", "y": "2", "a": "other"}, {"x": "1", "a": "null"})
    assert merge(world, ["x", "y"], base, override) == [
        {"x": "1", "y": "1", "a": "base"},
        {"x": "1", "a": "null"},
    ]


def test_overrides_go_deep_with_go_templates(world: World) -> None:  # APS-16
    base = elements({"id": 1, "deep": {"x": "base", "y": "base"}, "map": {"k": "v"}, "text": "base"})
    override = elements({"id": 1, "deep": {"x": "over"}, "map": {}, "text": ""})
    assert merge(world, ["id"], base, override, go=True) == [
        {"id": 1, "deep": {"x": "over", "y": "base"}, "map": {"k": "v"}, "text": ""}
    ]


def test_dotted_merge_keys_work_without_go_templates_only(world: World) -> None:  # APS-16
    base = elements({"values": {"id": "1"}, "a": "base"})
    override = elements({"values": {"id": "1"}, "a": "over"})
    assert merge(world, ["values.id"], base, override) == [{"values.id": "1", "a": "over"}]
    assert merge(world, ["values.id"], base, elements({"other": "x"}), go=True) == [
        {"values": {"id": "1"}, "a": "base", "other": "x"}
    ]


@pytest.mark.parametrize(
    ("keys", "generators", "says"),
    [
        (["id"], [elements()], "found less than two generators in a merge"),
        ([], [elements(), elements()], "a merge names no mergeKeys"),
        (["id"], [elements({"id": "1"}, {"id": "1"}), elements()], 'Duplicate key was {"id":"1"}'),
        (["id"], [elements(), elements({"a": "1"}, {"a": "2"})], 'Duplicate key was {"id":null}'),
        (["id"], [elements(clusters={}), elements()], "found more than one generator"),
    ],
)
def test_a_merge_that_is_wrong_says_what(world: World, keys: list[str], generators: list[Any], says: str) -> None:
    with pytest.raises(ApplicationError, match=says):
        merge(world, keys, *generators)


# --- nesting ---------------------------------------------------------------------------------------------------------


def test_a_matrix_may_hold_a_merge_and_a_merge_a_matrix(world: World) -> None:  # APS-17
    merged = {
        "merge": {
            "mergeKeys": ["b"],
            "generators": [elements({"b": "x", "c": "1"}), elements({"b": "x", "c": "{{a}}"})],
        }
    }
    assert matrix(world, elements({"a": "1"}, {"a": "2"}), merged) == [
        {"a": "1", "b": "x", "c": "1"},
        {"a": "2", "b": "x", "c": "2"},
    ]
    product = {"matrix": {"generators": [elements({"a": "1"}), elements({"b": "{{a}}"})]}}
    assert merge(world, ["a"], product, elements({"a": "1", "c": "3"})) == [{"a": "1", "b": "1", "c": "3"}]


def test_values_of_nested_generators_are_left_for_them_too(world: World) -> None:  # APS-12, APS-17
    clusters = {"clusters": {"values": {"first": "{{ .env }}", "own": "{{ .name }}"}}}
    nested = {"matrix": {"generators": [clusters, elements({"b": "2"})]}}
    (params,) = matrix(world, elements({"env": "prod"}), nested, go=True, options=("missingkey=error",))
    assert params["values"] == {"first": "prod", "own": "in-cluster"}


def test_nesting_ends_at_two(world: World) -> None:  # APS-17
    inner = {"matrix": {"generators": [elements(), elements()]}}
    middle = {"matrix": {"generators": [inner, elements()]}}
    with pytest.raises(ApplicationError, match="a matrix is nested too deep"):
        matrix(world, middle, elements())
