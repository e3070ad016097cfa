"""Signals: a cancelled workflow sends SIGINT, then SIGTERM; in a container we are PID 1 and nobody else answers."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


def raise_on_signals() -> None:
    """End the run by ``KeyboardInterrupt`` on SIGINT and SIGTERM: right for verbs that only read."""
    signal.signal(signal.SIGINT, _raise)
    signal.signal(signal.SIGTERM, _raise)


@contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """Yield an event that SIGINT and SIGTERM set, so that a sync ends its operation in order."""
    stop = threading.Event()

    def request(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, request) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _raise(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
