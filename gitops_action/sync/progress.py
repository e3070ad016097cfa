"""What a sync says while it runs: a line for each thing done and for each change of health.

In: events with the states before and after. Out: lines, scrubbed of secrets, to one callable.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops_action.sync.state import Applied, Event, Observed, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(slots=True, kw_only=True)
class Narrator:
    """Tells one operation."""

    progress: Callable[[str], None]
    scrub: Callable[[str], str]
    _told: set[str] = field(default_factory=set)

    def say(self, line: str) -> None:
        """Say a line."""
        self.progress(self.scrub(line))

    def say_once(self, line: str) -> None:
        """Say a line unless it was said before, as of trouble that comes back every few seconds."""
        if line not in self._told:
            self._told.add(line)
            self.say(line)

    def tell(self, events: Iterable[Event], before: State, after: State) -> None:
        """Say what the events changed."""
        for event in events:
            if isinstance(event, Observed):
                self._tell_health(event, before, after)
            else:
                task = after.tasks[event.id].task
                # kubectl's words name the object themselves.
                outcome = event.message if isinstance(event, Applied) else f"{task.key}: {event.message}"
                self.say(f"{task.phase} wave {task.wave}: {outcome}")

    def _tell_health(self, event: Observed, before: State, after: State) -> None:
        old, new = before.seen.get(event.key), after.seen.get(event.key)
        if new is None or new.health is None or (old and old.health and old.health.code is new.health.code):
            return
        message = f" ({new.health.message})" if new.health.message else ""
        self.say(f"{event.key}: {new.health.code}{message}")
