"""What ends a sync before it has changed anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.comparison.model import Method, SyncStatusCode
from gitops_action.errors import ApplicationError, Invalid, Refused
from gitops_action.sync.model import OperationPhase
from tests.sync.example import LivelyCluster, an, compare, refuse, run


def test_a_refused_dry_run_ends_the_operation_before_the_first_change() -> None:
    cluster = LivelyCluster()
    comparison = compare(
        [an("ConfigMap", "settings"), an("Deployment", "web")],
        rows=lambda row: replace(row, refusal="field is immutable") if row.key.kind == "Deployment" else row,
    )
    result = run(comparison, cluster)
    assert (result.phase, result.message) == (
        OperationPhase.FAILED,
        "one or more objects failed to apply (dry run)",
    )
    assert [(r.key.name, r.code, r.message) for r in result.resources] == [("web", "SyncFailed", "field is immutable")]
    assert cluster.writes == []


def test_a_hook_that_the_server_refuses_is_found_before_the_first_change() -> None:
    cluster = LivelyCluster()
    cluster.before = refuse("patch", "smoke", Invalid("spec.template: required", status=422))
    result = run(compare([an("ConfigMap", "settings"), an("Job", "smoke", hook="PostSync")]), cluster)
    assert result.message == "one or more objects failed to apply (dry run)"
    assert [r.message for r in result.resources] == ["spec.template: required"]
    assert cluster.writes == []


def test_what_was_compared_on_the_client_is_tried_and_one_refusal_ends_the_operation() -> None:
    cluster = LivelyCluster()
    cluster.before = refuse("patch", "web", Invalid("spec.replicas: must not be negative", status=422))
    comparison = compare(
        [an("ConfigMap", "settings"), an("Deployment", "web"), an("Deployment", "worker", wave=1)],
        rows=lambda row: replace(row, method=Method.CLIENT),
    )
    result = run(comparison, cluster)
    assert (result.phase, result.message) == (OperationPhase.FAILED, "one or more objects failed to apply (dry run)")
    assert [(r.key.name, r.message) for r in result.resources] == [("web", "spec.replicas: must not be negative")]
    assert cluster.writes == []


def test_an_unknown_row_an_obstacle_and_an_empty_render_are_refused() -> None:
    cluster = LivelyCluster()
    settings = an("ConfigMap", "settings")
    with pytest.raises(ApplicationError, match="shop: not synced, for 1 resource could not be compared"):
        run(
            compare(
                [settings],
                rows=lambda row: replace(row, status=SyncStatusCode.UNKNOWN, unknown="a conversion webhook is down"),
            ),
            cluster,
        )
    taken = compare([settings], rows=lambda row: replace(row, obstacle="tracked for application billing"))
    with pytest.raises(Refused, match="shop: not synced, for somebody else owns 1 object of it") as refused:
        run(taken, cluster)
    assert refused.value.detail == "ConfigMap default/settings: tracked for application billing"
    with pytest.raises(Refused, match="renders to nothing while the cluster has 1 resource of it"):
        run(compare([], [settings], cluster=cluster), cluster)
    assert cluster.writes == []


def test_a_sync_that_would_delete_more_than_the_limit_is_refused() -> None:
    cluster = LivelyCluster()
    old = [an("ConfigMap", f"old-{number}") for number in range(11)]
    comparison = compare([an("ConfigMap", "new")], old, cluster=cluster)
    with pytest.raises(Refused, match="would delete 11 of 11 resources and the prune limit is 50%"):
        run(comparison, cluster, prune=True)
    assert cluster.writes == []


def test_an_application_that_could_not_be_compared_is_not_synced_and_says_why_syn_54() -> None:
    cluster = LivelyCluster()
    errors = (
        ApplicationCondition(
            type=ConditionType.COMPARISON_ERROR, message="helm: no such chart", remedy="Name another."
        ),
        ApplicationCondition(type=ConditionType.INVALID_SPEC_ERROR, message="no destination"),
    )
    comparison = replace(compare([an("ConfigMap", "settings")]), conditions=errors)
    with pytest.raises(ApplicationError) as caught:
        run(comparison, cluster)
    assert str(caught.value.summary) == "shop: not synced, for it could not be compared: helm: no such chart"
    assert (caught.value.detail, caught.value.remedy, cluster.writes) == ("no destination", "Name another.", [])


def test_an_object_that_is_no_hook_is_not_given_a_name_syn_12() -> None:
    cluster = LivelyCluster()
    unnamed = an("ConfigMap", "").with_metadata(name=None, generateName="settings-")
    result = run(compare([unnamed], cluster=cluster), cluster)
    assert (result.phase, cluster.objects("ConfigMap")) == (OperationPhase.FAILED, [])
    assert result.message.startswith("one or more objects failed to apply, reason: ConfigMap ")
