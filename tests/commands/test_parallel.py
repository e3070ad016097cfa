"""Many applications at once: results in order, failures told, and signals answered whoever gets them."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from gitops_action.commands.interrupt import raise_on_signals, stop_on_signals
from gitops_action.commands.parallel import each

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Leave the handlers of this process as they are found."""
    found = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in found.items():
        signal.signal(number, handler)


def test_results_come_in_the_order_of_the_items_whichever_is_done_first() -> None:
    done = [threading.Event() for _ in range(3)]

    def wait_for_the_next(number: int) -> int:
        if number < 2:
            assert done[number + 1].wait(5)
        done[number].set()
        return number * 10

    assert each(wait_for_the_next, range(3), at_once=3, name="test") == (0, 10, 20)


def test_no_items_are_no_results() -> None:
    assert each(str, [], at_once=2, name="test") == ()


def test_an_error_of_one_is_raised_once_all_have_ended() -> None:
    ended = []

    def fail_first(number: int) -> None:
        if number == 0:
            raise LookupError("the first")
        ended.append(number)

    with pytest.raises(LookupError, match="the first"):
        each(fail_first, range(4), at_once=2, name="test")
    assert sorted(ended) == [1, 2, 3]


def signal_this_thread() -> None:
    """Get SIGTERM as the kernel may deliver it: to a thread that is not the main one."""
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)


def test_a_signal_that_a_worker_thread_gets_stops_the_work_in_order() -> None:
    with stop_on_signals() as stop:

        def work(_: int) -> bool:
            signal_this_thread()
            return stop.wait(5)

        assert each(work, [1], at_once=1, name="test") == (True,)


def test_a_signal_ends_a_run_that_only_reads_and_what_waits_is_not_begun() -> None:
    raise_on_signals()
    begun = []

    def work(number: int) -> None:
        begun.append(number)
        signal_this_thread()
        time.sleep(0.5)

    with pytest.raises(KeyboardInterrupt):
        each(work, range(100), at_once=1, name="test")
    assert len(begun) < 5


def test_the_handlers_from_before_are_there_again_after_a_sync() -> None:
    raise_on_signals()
    before = signal.getsignal(signal.SIGTERM)
    with stop_on_signals():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
