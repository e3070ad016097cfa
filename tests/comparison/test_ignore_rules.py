"""Ignore rules: which objects they match, what they take out of both sides, and what they count as hidden."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_action.adapters.jq import JqQueries
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.application.application import IgnoreDifference
from gitops_action.application.comparison_settings import CompareOptions, StatusScope
from gitops_action.comparison.ignore_differences import NO_RULES, IgnoreRules, RuleFailed, rule_problems
from gitops_action.comparison.model import Hidden
from gitops_action.comparison.normalize import Normalizer
from gitops_action.resource import Resource, ResourceKey
from tests.comparison.objects import entry, named, owns, parse

WEB = ResourceKey("apps", "Deployment", "shop", "web")
MAP = ResourceKey("", "ConfigMap", "shop", "web")
QUERIES = JqQueries(process=SubprocessProcess())


def _rule(group: str = "apps", kind: str = "Deployment", **fields: Any) -> IgnoreDifference:
    return IgnoreDifference(group=group, kind=kind, **fields)


@pytest.mark.parametrize(
    ("rule", "key", "is_match"),
    [
        (_rule("apps", "Deployment"), WEB, True),
        (_rule("", "Deployment"), WEB, False),
        (_rule("", "ConfigMap"), MAP, True),
        (_rule("*", "*"), WEB, True),
        (_rule("*", "*"), MAP, True),
        (_rule("ap*", "Deploy*"), WEB, True),
        (_rule("{apps,batch}", "[A-E]*"), WEB, True),
        (_rule("apps", "deployment"), WEB, False),
        (_rule("apps", ""), WEB, False),
        (_rule(name="web"), WEB, True),
        (_rule(name="we*"), WEB, False),
        (_rule(namespace="shop"), WEB, True),
        (_rule(namespace="other"), WEB, False),
        (_rule("[", "*"), WEB, False),
    ],
)
def test_dif_28_a_rule_matches_groups_and_kinds_by_glob_and_names_exactly(
    rule: IgnoreDifference, key: ResourceKey, is_match: bool
) -> None:
    assert bool(IgnoreRules(entries=(rule,)).select(key)) is is_match


def _taken(rules: IgnoreRules, live: Any, predicted: Any, *managed: Any) -> tuple[Any, Any, list[tuple[str, str]]]:
    sides = (parse(live), parse(predicted))
    resource = named("apps/v1", "Deployment", {"metadata": {"managedFields": list(managed)}})
    hidden = rules.take(WEB, resource, sides)
    return (*sides, [(each.rule, each.path) for each in hidden])


@pytest.mark.parametrize(
    ("pointer", "live", "predicted", "left", "hidden"),
    [
        (
            "/spec/replicas",
            "spec: {replicas: 5}",
            "spec: {replicas: 2}",
            ({"spec": {}}, {"spec": {}}),
            ["/spec/replicas"],
        ),
        ("/spec/replicas", "spec: {replicas: 2}", "spec: {replicas: 2}", ({"spec": {}}, {"spec": {}}), []),
        ("/spec/replicas", "spec: {}", "spec: {replicas: 2}", ({"spec": {}}, {"spec": {}}), ["/spec/replicas"]),
        ("/spec/none", "spec: {a: 1}", "spec: {a: 2}", ({"spec": {"a": 1}}, {"spec": {"a": 2}}), []),
        ("/a/b/c", "a: text", "a: [1]", ({"a": "text"}, {"a": [1]}), []),
        ("/a~1b/c~0d", "{a/b: {c~d: 1}}", "{a/b: {c~d: 2}}", ({"a/b": {}}, {"a/b": {}}), ["/a~1b/c~0d"]),
        ("/l/1", "l: [1, 2, 3]", "l: [1, 5]", ({"l": [1, 3]}, {"l": [1]}), ["/l/1"]),
        ("/l/-1", "l: [1, 2, 3]", "l: [1]", ({"l": [1, 2]}, {"l": []}), ["/l/2", "/l/0"]),
        ("/l/01", "l: [1, 2]", "l: [1]", ({"l": [1, 2]}, {"l": [1]}), []),
        ("/l/x", "l: [1, 2]", "l: [1]", ({"l": [1, 2]}, {"l": [1]}), []),
        ("/", "{'': 1, a: 2}", "{a: 2}", ({"a": 2}, {"a": 2}), ["/"]),
        ("", "a: 1", "a: 2", ({"a": 1}, {"a": 2}), []),
    ],
)
def test_dif_29_and_31_a_json_pointer_is_removed_from_both_sides_and_leaves_its_parent(
    pointer: str, live: str, predicted: str, left: tuple[Any, Any], hidden: list[str]
) -> None:
    rules = IgnoreRules(entries=(_rule(json_pointers=(pointer,)),))

    expected = [(f"jsonPointer:{pointer}", path) for path in hidden]
    assert _taken(rules, live, predicted) == (*left, expected)


def test_a_boolean_that_became_a_number_is_a_hidden_difference() -> None:  # W-2
    rules = IgnoreRules(entries=(_rule(json_pointers=("/a",)),))
    assert _taken(rules, "a: true", "a: 1")[2] == [("jsonPointer:/a", "/a")]


CONTAINERS = "spec: {containers: [{name: app, image: 'a:%s'}, {name: mesh, image: 'm:%s'}]}"


def test_dif_30_a_jq_expression_is_deleted_from_both_sides() -> None:
    expression = '.spec.containers[] | select(.name == "mesh") | .image'
    rules = IgnoreRules(entries=(_rule(jq_path_expressions=(expression,)),), queries=QUERIES)

    live, predicted, hidden = _taken(rules, CONTAINERS % (1, 1), CONTAINERS % (2, 2))

    left = [{"name": "app", "image": "a:1"}, {"name": "mesh"}]
    assert live == {"spec": {"containers": left}}
    assert predicted == {"spec": {"containers": [{"name": "app", "image": "a:2"}, {"name": "mesh"}]}}
    assert hidden == [(f"jq:{expression}", "/spec/containers/1/image")]


def test_jq_names_items_from_behind_and_by_slices_and_keeps_large_numbers_exact() -> None:
    expressions = (".l[-1]", ".m[1:]")
    rules = IgnoreRules(entries=(_rule(jq_path_expressions=expressions),), queries=QUERIES)

    live, predicted, hidden = _taken(
        rules, "{l: [1, 2], m: [1, 2, 3], big: 9007199254740993}", "{l: [1, 2, 3], m: [1], big: 9007199254740993}"
    )

    assert live == {"l": [1], "m": [1], "big": 9007199254740993}
    assert predicted == {"l": [1, 2], "m": [1], "big": 9007199254740993}
    assert hidden == [("jq:.l[-1]", "/l/1"), ("jq:.l[-1]", "/l/2"), ("jq:.m[1:]", "/m/1"), ("jq:.m[1:]", "/m/2")]


def test_jq_rounds_the_ends_of_a_slice_outwards() -> None:
    rules = IgnoreRules(entries=(_rule(jq_path_expressions=(".l[1.5:2.5]",)),), queries=QUERIES)
    assert _taken(rules, "l: [0, 1, 2, 3]", "l: [0, 1, 2, 3]") == ({"l": [0, 3]}, {"l": [0, 3]}, [])


@pytest.mark.parametrize("expression", [".spec.replicas[]", "until(false; .)", ".a["])
def test_dif_30_an_expression_that_fails_is_an_error_that_names_it_and_hides_nothing(expression: str) -> None:
    rules = IgnoreRules(entries=(_rule(jq_path_expressions=(expression,)),), queries=QUERIES)

    with pytest.raises(RuleFailed, match="ignore rule jq:") as caught:
        _taken(rules, "spec: {replicas: 1}", "spec: {replicas: 2}")

    assert caught.value.rule == f"jq:{expression}"


def test_dif_30_a_syntax_error_is_found_before_any_object_is() -> None:
    rules = IgnoreRules(entries=(_rule(jq_path_expressions=(".a", ".a[")),), queries=QUERIES)

    failure = rules.syntax_error()

    assert failure is not None
    assert failure.rule == "jq:.a["
    assert IgnoreRules(entries=(_rule(jq_path_expressions=(".a",)),), queries=QUERIES).syntax_error() is None


def test_dif_32_what_a_manager_owns_is_hidden_where_both_sides_have_it_and_differ() -> None:
    fields = owns("""
        metadata: {labels: {added: {}, gone: {}}}
        spec:
          replicas: {}
          paused: {}
          containers:
            'k:{"name":"app"}': {".": {}, image: {}, name: {}}
          args: {}
    """)
    live = """
        metadata: {labels: {added: x}}
        spec: {replicas: 5, paused: true, containers: [{name: first}, {name: app, image: 'a:2'}], args: [a], other: 1}
    """
    predicted = """
        metadata: {labels: {gone: x}}
        spec: {replicas: 2, paused: true, containers: [{name: app, image: 'a:1'}], args: [b], other: 2}
    """
    rules = IgnoreRules(entries=(_rule(managed_fields_managers=("hpa", "absent")),))

    scale = entry("hpa", fields, operation="Update", subresource="scale")
    left, wanted, hidden = _taken(rules, live, predicted, scale, entry("kubectl", owns("spec: {other: {}}")))

    assert left == {
        "metadata": {"labels": {"added": "x"}},
        "spec": {"paused": True, "containers": [{"name": "first"}, {"name": "app"}], "other": 1},
    }
    assert wanted == {
        "metadata": {"labels": {"gone": "x"}},
        "spec": {"paused": True, "containers": [{"name": "app"}], "other": 2},
    }
    assert sorted(hidden) == [
        ("manager:hpa", "/spec/args"),
        ("manager:hpa", "/spec/containers/0/image"),
        ("manager:hpa", "/spec/containers/1/image"),
        ("manager:hpa", "/spec/replicas"),
    ]


def test_dif_33_rules_of_the_application_and_of_the_settings_are_a_union() -> None:
    of_both = (_rule(json_pointers=("/a",)), _rule("*", "*", json_pointers=("/b", "/a")))
    live, predicted, hidden = _taken(IgnoreRules(entries=of_both), "{a: 1, b: 1, c: 1}", "{a: 2, b: 2, c: 2}")
    assert (live, predicted) == ({"c": 1}, {"c": 2})
    assert hidden == [("jsonPointer:/a", "/a"), ("jsonPointer:/b", "/b")]


def test_a_rule_that_can_never_match_or_hide_is_told() -> None:
    rules = [_rule("[", json_pointers=("spec/replicas", "", "/spec"))]
    assert list(rule_problems(rules)) == [
        "an ignore rule matches nothing: group '[': unexpected end of input",
        "ignore rule jsonPointer:spec/replicas hides nothing: a JSON pointer begins with /",
        "ignore rule jsonPointer: hides nothing: a JSON pointer begins with /",
    ]
    assert list(rule_problems(NO_RULES.entries)) == []


def _normalized(
    options: CompareOptions, live: str, predicted: str, *, api_version: str, kind: str
) -> tuple[Any, Any, tuple[Hidden, ...]]:
    resource = Resource({"apiVersion": api_version, "kind": kind, "metadata": {"name": "web"}})
    found = Normalizer(options=options)(resource.key, resource, parse(live), parse(predicted))
    return found.live, found.predicted, found.hidden


CRD = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")
STATUS = (Hidden(rule="builtin:ignoreResourceStatusField", path="/status"),)


@pytest.mark.parametrize(
    ("scope", "kind", "hides"),
    [
        (StatusScope.ALL, ("example.com/v1", "Gateway"), True),
        (StatusScope.ALL, CRD, True),
        (StatusScope.CRD, CRD, True),
        (StatusScope.CRD, ("example.com/v1", "Gateway"), False),
        (StatusScope.NONE, CRD, False),
    ],
)
def test_dif_11_and_35_status_is_hidden_as_the_settings_say(
    scope: StatusScope, kind: tuple[str, str], hides: bool
) -> None:
    options = CompareOptions(ignore_status=scope)
    found = _normalized(options, "status: {a: 1}", "status: {a: 2}", api_version=kind[0], kind=kind[1])
    assert found == (({}, {}, STATUS) if hides else ({"status": {"a": 1}}, {"status": {"a": 2}}, ()))


@pytest.mark.parametrize(
    ("ignores", "live", "predicted", "left"),
    [
        (False, "rules: []", "rules: null", ({"rules": None}, {"rules": None})),
        (False, "rules: [1]", "rules: []", ({"rules": [1]}, {"rules": None})),
        (
            True,
            "{aggregationRule: {}, rules: [1]}",
            "{aggregationRule: {}, rules: []}",
            ({"aggregationRule": {}, "rules": None}, {"aggregationRule": {}, "rules": None}),
        ),
        (
            True,
            "{aggregationRule: text, rules: [1]}",
            "{aggregationRule: text, rules: []}",
            ({"aggregationRule": "text", "rules": [1]}, {"aggregationRule": "text", "rules": None}),
        ),
    ],
)
def test_dif_8_no_rules_are_no_rules_and_those_of_aggregated_roles_are_hidden_if_asked(
    ignores: bool, live: str, predicted: str, left: tuple[Any, Any]
) -> None:
    options = CompareOptions(ignore_aggregated_roles=ignores)
    api_version = "rbac.authorization.k8s.io/v1"
    found = _normalized(options, live, predicted, api_version=api_version, kind="ClusterRole")
    assert found[:2] == left
    is_hidden = left[0]["rules"] != parse(live)["rules"] and "aggregationRule" in live
    assert found[2] == ((Hidden(rule="builtin:ignoreAggregatedRoles", path="/rules"),) if is_hidden else ())
