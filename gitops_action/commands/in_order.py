"""Work on many applications at once, each of them once those that it waits for are done well.

In: the order, and what is done with one application. Out: the results, in the order of the applications. Whoever waits
for one that did not end well is not begun. As in ``parallel``, the main thread never waits for long, so that signals
are noticed.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gitops_action.application.stages import Predecessor, Stages

_NOTICE = 0.1
"""Seconds within which a signal is noticed."""
_CIRCLE = "they wait for each other"

Result = TypeVar("Result")


def in_order(
    count: int,
    order: Stages,
    *,
    do: Callable[[int], Result],
    skip: Callable[[int, str], Result],
    is_done: Callable[[Result, Predecessor], bool],
    at_once: int,
) -> tuple[Result, ...]:
    """Return what became of each application, by position.

    ``do`` works on one; ``skip`` tells of one that is not begun, and why; ``is_done`` is whether another may begin
    after it.
    """
    with ThreadPoolExecutor(at_once, thread_name_prefix="application") as workers:
        run = _Run(order=order, do=do, skip=skip, is_done=is_done, workers=workers, waiting=list(range(count)))
        try:
            run.to_the_end()
        except KeyboardInterrupt:
            workers.shutdown(wait=False, cancel_futures=True)
            raise
    return tuple(run.results[position] for position in range(count))


@dataclass(slots=True, kw_only=True)
class _Run(Generic[Result]):
    """One run, which changes as applications begin and end."""

    order: Stages
    do: Callable[[int], Result]
    skip: Callable[[int, str], Result]
    is_done: Callable[[Result, Predecessor], bool]
    workers: ThreadPoolExecutor
    waiting: list[int]
    running: dict[Future[Result], int] = field(default_factory=dict)
    results: dict[int, Result] = field(default_factory=dict)

    def to_the_end(self) -> None:
        """Begin whatever may begin, until nothing is left."""
        while self.waiting or self.running:
            self._begin()
            if not self.running:
                if self.waiting:
                    self._submit(self.waiting.pop(0), _CIRCLE)
                continue
            done, _ = wait(self.running, timeout=_NOTICE, return_when=FIRST_COMPLETED)
            for future in done:
                self.results[self.running.pop(future)] = future.result()

    def _begin(self) -> None:
        for position in tuple(self.waiting):
            before = self.order.after.get(position, ())
            ended = [each for each in before if each.position in self.results]
            reason = self.order.held.get(position) or self._unmet(ended)
            is_next = len(ended) == len(before) and self._has_room(position)
            if reason or is_next:
                self.waiting.remove(position)
                self._submit(position, reason)

    def _submit(self, position: int, reason: str) -> None:
        future = self.workers.submit(self.skip, position, reason) if reason else self.workers.submit(self.do, position)
        self.running[future] = position

    def _unmet(self, ended: Iterable[Predecessor]) -> str:
        failed = next((each for each in ended if not self.is_done(self.results[each.position], each)), None)
        return f"{failed.why} is not synced and healthy" if failed else ""

    def _has_room(self, position: int) -> bool:
        step = self.order.steps.get(position)
        if step is None:
            return True
        same = [each for each in self.running.values() if (at := self.order.steps.get(each)) and at.name == step.name]
        return len(same) < step.limit
