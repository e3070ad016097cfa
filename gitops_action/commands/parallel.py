"""Work on many applications at once, and still answer to signals.

In: a function and what to call it with. Out: the results, in order. Python runs the handlers of signals in the main
thread alone, and a main thread that waits for a lock is not woken where the kernel gives the signal to another thread:
so it never waits for long.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_NOTICE = 0.1
"""Seconds within which a signal is noticed."""

_In = TypeVar("_In")
_Out = TypeVar("_Out")


def each(function: Callable[[_In], _Out], items: Iterable[_In], *, at_once: int, name: str) -> tuple[_Out, ...]:
    """Return the function's result for each item; what is not begun when a signal ends the run is not begun at all."""
    with ThreadPoolExecutor(at_once, thread_name_prefix=name) as workers:
        pending = []
        try:
            pending += [workers.submit(function, item) for item in items]
            while wait(pending, timeout=_NOTICE).not_done:
                pass
        except KeyboardInterrupt:
            workers.shutdown(wait=False, cancel_futures=True)
            raise
        return tuple(future.result() for future in pending)
