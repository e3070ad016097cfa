"""RollingSync as it is read: steps, how many at once, and what of a set means nothing without a controller."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_action.application.application import Rollout
from gitops_action.applicationset.parse import parse_applicationset
from gitops_action.applicationset.rollout import at_once, rollout_of


def _set(**spec: Any) -> Any:
    document = {"metadata": {"name": "shop"}, "spec": {"generators": [], "template": {}, **spec}}
    return parse_applicationset(document, file="set.yaml", line=1)


def _rolling(*steps: dict[str, Any]) -> Any:
    return _set(strategy={"type": "RollingSync", "rollingSync": {"steps": list(steps)}})


def _step(operator: str, *values: str, **more: Any) -> dict[str, Any]:
    return {"matchExpressions": [{"key": "env", "operator": operator, "values": list(values)}], **more}


def _said(**spec: Any) -> list[str]:
    return [condition.message for condition in _set(**spec).conditions]


def test_an_application_is_of_the_first_step_whose_expressions_all_hold_aps_23() -> None:
    rolling = _rolling(_step("In", "dev"), _step("In", "qa", "dev", maxUpdate="25%"), _step("NotIn", "prod"))
    places = {env: rollout_of(rolling, {"env": env}) for env in ("dev", "qa", "prod")}
    assert places == {
        "dev": Rollout(applicationset="shop", step=0, steps=3),
        "qa": Rollout(applicationset="shop", step=1, steps=3, max_update="25%"),
        "prod": Rollout(applicationset="shop", step=-1, steps=3),
    }
    unlabelled = rollout_of(rolling, {})
    assert unlabelled is not None
    assert unlabelled.step == 2


def test_every_expression_of_a_step_has_to_hold_aps_23() -> None:
    both = {"matchExpressions": [_step("In", "prod")["matchExpressions"][0], {"key": "tier", "values": ["web"]}]}
    labels = [{"env": "prod"}, {"env": "prod", "tier": "web"}, {"tier": "web"}]
    places = [rollout_of(_rolling(both), each) for each in labels]
    assert [place.step for place in places if place] == [-1, 0, -1]


def test_a_set_without_rolling_sync_has_no_steps() -> None:
    assert rollout_of(_set(), {"env": "dev"}) is None


@pytest.mark.parametrize(
    ("max_update", "count", "expected"),
    [("", 7, 7), ("3", 7, 3), ("25%", 8, 2), ("25%", 7, 1), ("10%", 3, 1), ("0%", 9, 0), ("0", 9, 0), ("many", 9, 1)],
)
def test_max_update_is_a_number_or_a_share_rounded_down_and_at_least_one_aps_25(
    max_update: str, count: int, expected: int
) -> None:
    assert at_once(max_update, count) == expected


def test_a_max_update_that_cannot_be_read_is_said_aps_25() -> None:
    steps = {"rollingSync": {"steps": [_step("In", "dev", maxUpdate="many")]}, "type": "RollingSync"}
    assert _said(strategy=steps) == [
        (
            "set.yaml:1: ApplicationSet shop: maxUpdate 'many' of step 1 is neither a number nor a percentage;"
            " it counts as 1"
        )
    ]


def test_rolling_sync_without_steps_is_an_error_aps_26() -> None:
    [condition] = _set(strategy={"type": "RollingSync"}).conditions
    assert condition.keeps_back
    assert condition.message == "set.yaml:1: ApplicationSet shop: strategy RollingSync has no steps"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"syncPolicy": {"applicationsSync": "create-only"}}, "syncPolicy.applicationsSync create-only"),
        ({"preservedFields": {"annotations": ["a"]}}, "preservedFields"),
        ({"preservedFields": {"labels": ["a"]}}, "preservedFields"),
        ({"ignoreApplicationDifferences": [{"jsonPointers": ["/spec"]}]}, "ignoreApplicationDifferences"),
        (
            {
                "strategy": {
                    "type": "RollingSync",
                    "deletionOrder": "Reverse",
                    "rollingSync": {"steps": [_step("In", "dev")]},
                }
            },
            "strategy.deletionOrder Reverse",
        ),
    ],
)
def test_what_is_about_applications_in_a_cluster_is_said_to_mean_nothing_here_aps_18_19_20(
    spec: dict[str, Any], message: str
) -> None:
    [condition] = _set(**spec).conditions
    assert condition.message == (
        f"set.yaml:1: ApplicationSet shop: {message} has no effect: what a set generates is no object of a cluster here"
    )
    assert not condition.keeps_back


def test_what_is_argo_cds_default_anyway_is_not_mentioned() -> None:
    assert _said(syncPolicy={"applicationsSync": "sync", "preserveResourcesOnDeletion": True}) == []
