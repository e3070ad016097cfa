"""What was fetched, kept between runs: charts and artifacts by their digest, commits of Git as packs.

In: the store of the run's cache. Out: bytes that whoever asks checks against the digest or hash that this run was told:
an entry is never believed. What is larger than one entry may be is fetched each time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.adapters.cache_store import CacheStore

LARGEST = 64 * 1024 * 1024
"""Bytes of an entry."""


@dataclass(frozen=True, slots=True)
class KeptFetches:
    """Entries by kind and digest; without a store nothing is kept."""

    store: CacheStore | None = None

    def get(self, kind: str, digest: str) -> bytes | None:
        """Return an entry; ``None`` where there is none."""
        return self.store.get(self._name(self.store, kind, digest)) if self.store and digest else None

    def put(self, kind: str, digest: str, content: bytes) -> None:
        """Keep an entry, unless it is too large."""
        if self.store and digest and len(content) <= LARGEST:
            self.store.put(self._name(self.store, kind, digest), content)

    def of_digest(self, kind: str, digest: str, fetch: Callable[[], bytes]) -> bytes:
        """Return the content with a SHA-256 digest (hex), fetched where it is not kept; the fetch checks its own."""
        kept = self.get(kind, digest)
        if kept is not None and hashlib.sha256(kept).hexdigest() == digest:
            return kept
        content = fetch()
        self.put(kind, digest, content)
        return content

    @staticmethod
    def _name(store: CacheStore, kind: str, digest: str) -> str:
        return store.name(f"fetched\0{kind}\0{digest}".encode())
