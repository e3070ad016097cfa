"""Whose an object is: rules TRK-1 to TRK-9 and TRK-14."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from gitops_action.errors import ApplicationError
from gitops_action.resource import Resource, ResourceKey
from gitops_action.resource.tracking import Tracking, TrackingMethod, is_crd, parse_tracking_id

ID = "argocd.argoproj.io/tracking-id"
INSTALLATION = "argocd.argoproj.io/installation-id"
LABEL = "argocd.argoproj.io/instance"
BOTH = Tracking(instance="guestbook", namespace="shop")
ANNOTATION = replace(BOTH, method=TrackingMethod.ANNOTATION)
BY_LABEL = replace(BOTH, method=TrackingMethod.LABEL)


def service(**metadata: object) -> Resource:
    return Resource(
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "ui", "namespace": "shop", **metadata}}
    )


def cluster_role(name: str = "reader") -> Resource:
    return Resource({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name}})


DEFINITION = Resource(
    {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
    }
)


@pytest.mark.parametrize(
    ("tracking", "metadata"),
    [
        (BOTH, {"annotations": {ID: "guestbook:/Service:shop/ui"}, "labels": {LABEL: "guestbook"}}),
        (ANNOTATION, {"annotations": {ID: "guestbook:/Service:shop/ui"}}),
        (BY_LABEL, {"labels": {LABEL: "guestbook"}}),
    ],
)
def test_each_method_writes_its_own_trk1_trk4(tracking: Tracking, metadata: dict[str, object]) -> None:
    assert tracking.mark(service()).metadata == {"name": "ui", "namespace": "shop", **metadata}


def test_marking_keeps_the_targets_own_metadata_and_never_writes_to_it() -> None:
    target = service(annotations={"a": "1", ID: "copied:/Service:x/y"}, labels={"b": "2"})
    before = copy.deepcopy(target.object)
    marked = BOTH.mark(target)
    assert marked.annotations == {"a": "1", ID: "guestbook:/Service:shop/ui"}
    assert marked.labels == {"b": "2", LABEL: "guestbook"}
    assert target.object == before


def test_the_label_key_is_a_setting_trk2() -> None:
    tracking = replace(BOTH, label_key="app.kubernetes.io/instance")
    assert tracking.mark(service()).labels == {"app.kubernetes.io/instance": "guestbook"}
    assert tracking.selector == "app.kubernetes.io/instance=guestbook"


def test_an_installation_id_is_written_beside_the_tracking_id_trk3() -> None:
    assert replace(BOTH, installation_id="one").mark(service()).annotations[INSTALLATION] == "one"
    assert INSTALLATION not in replace(BY_LABEL, installation_id="one").mark(service()).annotations


def test_without_one_the_annotation_is_removed_trk3() -> None:
    assert INSTALLATION not in BOTH.mark(service(annotations={INSTALLATION: "left over"})).annotations


def test_what_another_installation_tracks_is_nobodys_trk3() -> None:
    ours = replace(BOTH, installation_id="one")
    for theirs in ("two", ""):
        live = replace(BOTH, installation_id=theirs).mark(service())
        assert ours.owner(live) == ""
        assert ours.is_self_reference(live)
    assert ours.owner(ours.mark(service())) == "guestbook"
    assert BOTH.owner(ours.mark(service())) == "guestbook"


def test_the_group_is_part_of_the_id_trk4() -> None:
    key = ResourceKey("apps", "Deployment", "shop", "web")
    assert BOTH.tracking_id(key) == "guestbook:apps/Deployment:shop/web"


def test_an_application_outside_the_control_plane_has_its_namespace_in_the_instance_trk5() -> None:
    tracking = replace(BOTH, instance="team-a_guestbook")
    live = tracking.mark(service())
    assert live.annotations[ID] == "team-a_guestbook:/Service:shop/ui"
    assert tracking.owner(live) == "team-a_guestbook"


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("guestbook:/Service:default/ui", ("guestbook", ResourceKey("", "Service", "default", "ui"))),
        (
            "app:rbac.authorization.k8s.io/Role:shop/system:a:b",
            ("app", ResourceKey("rbac.authorization.k8s.io", "Role", "shop", "system:a:b")),
        ),
        ("app:/Namespace:/shop", ("app", ResourceKey("", "Namespace", "", "shop"))),
        ("app", None),
        ("app:apps/Deployment", None),
        ("app:Deployment:shop/web", None),
        ("app:apps/v1/Deployment:shop/web", None),
        ("app:apps/Deployment:web", None),
        ("app:apps/Deployment:shop/web/x", None),
        ("", None),
    ],
)
def test_a_tracking_id_is_parsed_or_it_is_none_trk6(text: str, parsed: tuple[str, ResourceKey] | None) -> None:
    assert parse_tracking_id(text) == parsed
    live = service(annotations={ID: text})
    assert BOTH.owner(live) == (parsed[0] if parsed else "")


def test_a_tracking_id_that_is_no_text_is_nobodys_trk6() -> None:
    assert BOTH.owner(service(annotations={ID: None})) == ""
    assert BOTH.owner(service()) == ""


def test_cluster_scoped_objects_carry_the_destinations_namespace_trk7() -> None:
    assert BOTH.mark(cluster_role()).annotations[ID] == "guestbook:rbac.authorization.k8s.io/ClusterRole:shop/reader"


def test_definitions_are_never_tracked_trk8() -> None:
    assert is_crd(DEFINITION)
    assert BOTH.mark(DEFINITION) is DEFINITION
    assert not is_crd(service())


@pytest.mark.parametrize("tracking", [replace(BOTH, instance=""), replace(BOTH, label_key="")])
def test_without_name_or_label_key_nothing_is_tracked_trk9(tracking: Tracking) -> None:
    assert tracking.mark(service()) == service()


@pytest.mark.parametrize(
    ("instance", "label"),
    [
        ("a" * 63, "a" * 63),
        ("a" * 64, "a" * 63),
        ("a" * 60 + "-.-b", "a" * 60),
        ("b-" + "-" * 70, "b"),
    ],
)
def test_beside_the_annotation_the_label_is_cut_to_what_a_label_may_be(instance: str, label: str) -> None:
    tracking = replace(BOTH, instance=instance)
    assert tracking.mark(service()).labels[LABEL] == label
    assert tracking.owner(tracking.mark(service())) == instance


def test_a_label_that_cannot_be_cut_is_an_error() -> None:
    with pytest.raises(ApplicationError, match="cannot be cut to a label"):
        replace(BOTH, instance="-" * 70).mark(service())


def test_a_label_that_decides_is_never_cut() -> None:
    assert replace(BY_LABEL, instance="a" * 64).label_value == "a" * 64


def test_the_label_decides_only_where_it_is_the_method() -> None:
    live = service(labels={LABEL: "other"}, annotations={ID: "guestbook:/Service:shop/ui"})
    assert (BOTH.owner(live), ANNOTATION.owner(live), BY_LABEL.owner(live)) == ("guestbook", "guestbook", "other")
    assert BOTH.owner(service(labels={LABEL: "guestbook"})) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("guestbook:/Service:shop/ui", True),
        ("guestbook:/Service:shop/other", False),
        ("guestbook:/Service:elsewhere/ui", False),
        ("guestbook:/Endpoints:shop/ui", False),
        ("guestbook:discovery.k8s.io/Service:shop/ui", False),
        ("no tracking id", True),
    ],
)
def test_a_copied_annotation_names_another_object_trk14(text: str, expected: bool) -> None:
    live = service(annotations={ID: text})
    assert BOTH.is_self_reference(live) is expected
    assert BY_LABEL.is_self_reference(live)


def test_a_cluster_scoped_object_is_itself_whatever_namespace_its_id_has_trk7_trk14() -> None:
    assert BOTH.is_self_reference(BOTH.mark(cluster_role()))
    assert not BOTH.is_self_reference(BOTH.mark(cluster_role()).with_metadata(name="copy"))


def test_what_is_missing_is_ours_and_a_target_is_compared_before_the_annotation_trk14() -> None:
    copied = service(annotations={ID: "guestbook:/Service:shop/other"})
    assert BOTH.is_self_reference(None)
    assert BOTH.is_self_reference(copied, service())
    assert not BOTH.is_self_reference(service(), service(name="other"))
