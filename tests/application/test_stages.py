"""Which applications wait for which: waves below one parent, and the steps of a rollout."""

from __future__ import annotations

import pytest

from gitops_action.application.application import Application, Rollout
from gitops_action.application.stages import Stages, allowed, stages

ROOT = ("argocd", "root")


def app(name: str, *, wave: int = 0, parent: tuple[str, str] | None = None, step: int | None = None) -> Application:
    return Application(
        name=name,
        annotations={"argocd.argoproj.io/sync-wave": str(wave)},
        parent=parent,
        rollout=None if step is None else Rollout(applicationset="shops", step=step, steps=2, max_update="50%"),
    )


def waits(found: Stages) -> dict[int, list[tuple[int, str]]]:
    return {
        position: [(each.position, each.why) for each in before] for position, before in found.after.items() if before
    }


def test_applications_of_no_parent_and_no_rollout_wait_for_nobody() -> None:
    assert stages([app("a", wave=1), app("b")], automated=True) == Stages()


def test_children_wait_for_their_parent_and_for_lower_waves() -> None:
    found = stages(
        [app("late", wave=2, parent=ROOT), app("root"), app("db", wave=-1, parent=ROOT), app("alone")], automated=True
    )
    assert waits(found) == {
        0: [(1, "root, which renders it"), (2, "db of wave -1")],
        2: [(1, "root, which renders it")],
    }


def test_who_is_not_among_them_is_not_waited_for() -> None:
    found = stages([app("late", wave=2, parent=ROOT), app("db", parent=("argocd", "other"))], automated=True)
    assert waits(found) == {}


def test_a_step_waits_for_all_steps_before_it() -> None:
    """APS-25."""
    found = stages([app("c", step=1), app("a", step=0), app("b", step=0)], automated=True)
    assert waits(found) == {0: [(1, "a of step 1"), (2, "b of step 1")]}
    assert all(each.must_be_synced for each in found.after[0])
    assert {at: (step.name, step.limit) for at, step in found.steps.items()} == {
        0: ("step 2 of shops", 1),
        1: ("step 1 of shops", 1),
        2: ("step 1 of shops", 1),
    }


def test_what_no_step_names_is_synced_by_hand_alone() -> None:
    """APS-23."""
    assert stages([app("a", step=-1)], automated=True).held == {
        0: "no step of the rollout of ApplicationSet shops names it; sync it by hand"
    }
    assert stages([app("a", step=-1)], automated=False).held == {}


@pytest.mark.parametrize(
    ("max_update", "number", "expected"),
    [("", 7, 7), ("3", 7, 3), ("0", 7, 0), ("0%", 7, 0), ("50%", 7, 3), ("1%", 7, 1), ("100%", 7, 7), ("x", 7, 1)],
)
def test_how_many_of_a_step_may_be_under_way_at_once(max_update: str, number: int, expected: int) -> None:
    """APS-25."""
    assert allowed(max_update, number) == expected


def test_a_step_that_lets_none_begin_holds_its_applications() -> None:
    blocked = Application(name="a", rollout=Rollout(applicationset="shops", step=0, steps=1, max_update="0"))
    assert stages([blocked], automated=False).held == {0: "step 1 of shops lets none begin (maxUpdate)"}
