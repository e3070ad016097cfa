"""Who creates what in one run: two applications that have the same object must not both create it.

In: an application and the objects that it is about to create. Out: those that another application of the run creates.
What exists already says itself whose it is; before that, nobody but the run knows.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from gitops_action.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.resource import ResourceKey


class Claims:
    """The objects that the applications of a run create; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owners: dict[tuple[str, ResourceKey], str] = {}

    def claim(self, application: str, server: str, keys: Iterable[ResourceKey]) -> None:
        """Note that an application creates these; raises ``Refused`` where another one was first."""
        wanted = [(server, key) for key in keys]
        with self._lock:
            taken = [(key, owner) for key in wanted if (owner := self._owners.get(key, application)) != application]
            if not taken:
                self._owners.update(dict.fromkeys(wanted, application))
        if taken:
            raise Refused(
                f"{application}: not synced, for another application of this run creates {len(taken)} of its objects",
                detail="\n".join(f"{key}: created for application {owner}" for (_, key), owner in taken[:10]),
                remedy="Leave each object to one application.",
            )
