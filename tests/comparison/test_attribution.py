"""Each difference is this change's, or drift that was there before, or both."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_action.comparison.attribution import Attribution, Cause, attribute
from gitops_action.comparison.writer import Writer, last_writer
from tests.comparison.objects import entry, named, owned_live, owns, parse


def test_what_git_changes_and_live_has_kept_is_this_change() -> None:
    base, head = {"replicas": 4, "paused": False}, {"replicas": 6, "paused": False}
    assert attribute(base, head, base, head) == Attribution(cause=Cause.CHANGE)


def test_what_git_says_unchanged_and_live_has_left_is_drift() -> None:
    git = {"replicas": 4}
    assert attribute(git, git, {"replicas": 9}, git) == Attribution(cause=Cause.DRIFT)


def test_fields_are_told_apart_in_one_object() -> None:
    base = parse("{containers: [{name: app, image: 'web:1', memory: 512Mi}, {name: log, image: 'log:1'}]}")
    head = parse("{containers: [{name: app, image: 'web:2', memory: 512Mi}, {name: log, image: 'log:1'}]}")
    live = parse("{containers: [{name: app, image: 'web:1', memory: 1Gi}, {name: log, image: 'log:0'}], paused: true}")
    after = {**head, "paused": True}

    between = parse("{containers: [{name: app, image: 'web:1', memory: 512Mi}, {name: log, image: 'log:1'}]}")
    expected = Attribution(cause=Cause.BOTH, between={"metadata": {}, **between, "paused": True})
    assert attribute(base, head, live, after) == expected


def test_a_field_that_this_change_sets_and_that_had_drifted_is_this_change_and_named() -> None:
    expected = Attribution(cause=Cause.CHANGE, overridden=("spec.replicas",))
    assert attribute(*({"spec": {"replicas": count}} for count in (4, 6, 9, 6))) == expected


@pytest.mark.parametrize(
    ("base", "live"),
    [("1000m", "1"), (1, "1"), ({"a": 1}, {"a": 1, "default": True}), ([{"p": 1}], [{"p": 1, "d": 2}])],
)
def test_what_the_server_spells_or_completes_otherwise_has_not_drifted(base: Any, live: Any) -> None:
    sides = ({"cpu": side} for side in (base, "2", live, "2"))
    assert attribute(*sides) == Attribution(cause=Cause.CHANGE)


def test_what_says_nothing_and_is_not_stored_has_not_drifted() -> None:
    base, head, live = parse("{annotations: {}}"), parse("{annotations: {a: b}}"), parse("{other: 1}")
    assert attribute(base, head, live, {**live, **head}) == Attribution(cause=Cause.CHANGE)


def test_items_come_and_go_by_this_change_or_by_hand() -> None:
    base, head, live, after = (
        {"list": [{"name": name} for name in names.split()]}
        for names in ("a gone lost", "a new lost", "a gone odd", "a new lost")
    )
    found = attribute(base, head, live, after)
    assert found.between == {"metadata": {}, "list": [{"name": name} for name in ("a", "lost", "gone")]}
    assert found.cause is Cause.BOTH


def test_a_list_without_keys_is_one_value() -> None:
    sides = ({"args": args} for args in (["a"], ["a", "b"], ["x"], ["a", "b"]))
    assert attribute(*sides) == Attribution(cause=Cause.CHANGE, overridden=("args",))


A: dict[str, Any] = {"data": "a"}
B: dict[str, Any] = {"data": "b"}


@pytest.mark.parametrize(
    ("base", "head", "live", "after", "cause"),
    [
        (None, A, None, A, Cause.CHANGE),
        (A, A, None, A, Cause.DRIFT),
        (A, B, None, B, Cause.BOTH),
        (A, None, A, None, Cause.CHANGE),
        (None, None, A, None, Cause.DRIFT),
        (None, A, B, A, Cause.CHANGE),
    ],
    ids=["added", "deleted live", "deleted live and edited in Git", "removed", "left over", "taken over"],
)
def test_objects_that_come_and_go_as_a_whole(base: Any, head: Any, live: Any, after: Any, cause: Cause) -> None:
    assert attribute(base, head, live, after) == Attribution(cause=cause)


def test_sides_of_different_shapes_are_one_value() -> None:
    found = attribute({"a": []}, {"a": {}}, {"a": "text"}, {"a": None})
    assert found.cause is Cause.CHANGE


# --- who edited -----------------------------------------------------------------------------------------------------

LIVE = named("apps/v1", "Deployment", {"spec": {"replicas": 9, "paused": True}})
UNDONE = named("apps/v1", "Deployment", {"spec": {"replicas": 4, "paused": True}}).object
OURS = owns("{spec: {paused: {}}}")
THEIRS = owns("{spec: {replicas: {}}}")


def test_the_last_writer_of_a_drifted_field_is_named_with_its_time() -> None:
    live = owned_live(
        LIVE,
        OURS,
        entry("helm", THEIRS, operation="Update", time="2026-11-20T12:00:00Z"),
        entry("kubectl-edit", THEIRS, operation="Update", time="2026-11-21T12:00:00Z"),
        entry("kube-controller-manager", owns("{status: {replicas: {}}}"), subresource="status"),
        entry("argocd", owns("{spec: {paused: {}}}"), time="2026-11-22T12:00:00Z"),
    )
    assert last_writer(live, UNDONE) == Writer(manager="kubectl-edit", time=1_795_262_400.0)


def test_a_client_that_says_no_name_has_a_time_alone() -> None:
    live = owned_live(LIVE, OURS, entry("unknown", THEIRS, operation="Update", time="2026-11-21T12:00:00Z"))
    assert last_writer(live, UNDONE) == Writer(manager="", time=1_795_262_400.0)


def test_nobody_is_named_where_only_we_wrote_or_a_field_was_taken_away() -> None:
    assert last_writer(owned_live(LIVE, THEIRS), UNDONE) is None
    assert last_writer(LIVE, UNDONE) is None


def test_the_keys_and_members_of_lists_are_followed() -> None:
    content = "{metadata: {finalizers: [odd]}, spec: {template: {spec: {containers: [{name: app, image: 'x:2'}]}}}}"
    undone = "{metadata: {finalizers: []}, spec: {template: {spec: {containers: [{name: app, image: 'x:1'}]}}}}"
    live = named("apps/v1", "Deployment", parse(content))
    image = owns("""{spec: {template: {spec: {containers: {'k:{"name":"app"}': {image: {}}}}}}}""")
    finalizer = owns("""{metadata: {finalizers: {'v:"odd"': {}}}}""")
    for tree in (image, finalizer):
        writer = last_writer(owned_live(live, {}, entry("kubectl", tree, time="odd")), parse(undone))
        assert writer == Writer(manager="kubectl")
