"""What was logged of each application, to be shown once more together.

In: the lines of applications that are worked on at the same time, as they come. Out: the lines of one application, in
order; what was taken is kept no longer. Writes nothing.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Transcript:
    """The lines of all applications that are not done yet; safe to use from many threads."""

    _lines: dict[str, list[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, application: str, line: str) -> None:
        """Keep a line of an application."""
        with self._lock:
            self._lines.setdefault(application, []).append(line)

    def take(self, application: str) -> str:
        """Return all that was said of an application since it was taken last."""
        with self._lock:
            return "\n".join(self._lines.pop(application, ()))
