"""Work in order: who waits begins when the others are done, who waits for a failure does not begin."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from gitops_action.application.stages import Predecessor, Stages, Step
from gitops_action.commands.in_order import in_order

if TYPE_CHECKING:
    from collections.abc import Iterable


class Work:
    """What is done, in which order, and how many at once."""

    def __init__(self, *, failing: Iterable[int] = (), together: int = 1) -> None:
        self.failing = frozenset(failing)
        self.begun: list[int] = []
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()
        self._together = threading.Barrier(together)

    def do(self, position: int) -> str:
        with self._lock:
            self.begun.append(position)
            self._now += 1
            self.most = max(self.most, self._now)
        self._together.wait(10)
        with self._lock:
            self._now -= 1
        return "failed" if position in self.failing else "done"

    def run(self, count: int, order: Stages) -> tuple[str, ...]:
        return in_order(
            count,
            order,
            do=self.do,
            skip=lambda _, reason: f"not begun: {reason}",
            is_done=lambda result, _: result == "done",
            at_once=8,
        )


def after(**pairs: tuple[int, ...]) -> Stages:
    return Stages(
        after={
            int(position.removeprefix("_")): tuple(Predecessor(position=each, why=f"app{each}") for each in before)
            for position, before in pairs.items()
        }
    )


def test_what_waits_for_nothing_is_worked_on_at_once_and_told_in_order() -> None:
    work = Work(together=4)
    assert work.run(4, Stages()) == ("done",) * 4
    assert work.most == 4


def test_who_waits_begins_after_the_others() -> None:
    work = Work()
    assert work.run(3, after(_0=(1, 2), _1=(2,))) == ("done",) * 3
    assert work.begun == [2, 1, 0]


def test_who_waits_for_a_failure_is_not_begun_nor_is_who_waits_for_that() -> None:
    work = Work(failing=[2])
    assert work.run(4, after(_0=(1,), _1=(2,))) == (
        "not begun: app1 is not synced and healthy",
        "not begun: app2 is not synced and healthy",
        "failed",
        "done",
    )


def test_a_step_begins_no_more_at_once_than_it_may() -> None:
    work = Work()
    steps = {position: Step(name="step 1", limit=1) for position in range(4)}
    assert work.run(4, Stages(steps=steps)) == ("done",) * 4
    assert work.most == 1


def test_what_is_held_is_not_begun() -> None:
    assert Work().run(2, Stages(held={0: "by hand"})) == ("not begun: by hand", "done")


def test_those_that_wait_for_each_other_are_told_and_do_not_wait_for_ever() -> None:
    assert Work().run(2, after(_0=(1,), _1=(0,))) == (
        "not begun: they wait for each other",
        "not begun: app0 is not synced and healthy",
    )
