"""What our last sync sent, by object: looked up where nobody else can tell what Git had set.

In: an application's record. Out: an object of the newest operation whose targets the record keeps. They are unpacked
when the first one is asked for, which is rare; targets that cannot be read are none.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING

from gitops_action.errors import Refused
from gitops_action.sync.record_format import unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.sync.record import Record


class AppliedBefore:
    """Finds an object as it was applied before; safe to call from many threads."""

    def __init__(self, record: Record | None) -> None:
        self._record = record
        self._lock = Lock()
        self._found: Mapping[ResourceKey, Resource] | None = None

    def __call__(self, key: ResourceKey) -> Resource | None:
        """Return the object with this key; ``None`` where none is on record."""
        with self._lock:
            if self._found is None:
                self._found = {target.key: target for target in self._targets()}
        return self._found.get(key)

    def _targets(self) -> tuple[Resource, ...]:
        record = self._record
        kept = (record.targets.get(each.targets) for each in record.operations) if record else iter(())
        if zipped := next(filter(None, kept), None):
            with suppress(Refused):  # damaged: a rollback says so, a comparison goes on without
                return unpacked(zipped)
        return ()
