"""A token that is made for us and made again before it ends, or when the server refuses it.

In: what makes one. Out: a header's value for each request. Every token is masked before it is used for the first time.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from gitops_action.adapters.credentials import check_token
from gitops_action.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.adapters.cloud import Minted

_EARLY = 120.0
"""Seconds before its end from which a token is made anew; less for one that lasts only minutes."""
_FRESH = 30.0
"""Seconds within which a token that is refused is not tried again: a new one would be refused as well."""


class MintedToken:
    """``Credentials`` by tokens that end; ``source`` names in messages where they come from."""

    def __init__(
        self,
        mint: Callable[[], Minted],
        *,
        source: str,
        mask: Callable[[str], None],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._mint = mint
        self._source = source
        self._mask = mask
        self._now = now
        self._lock = threading.Lock()
        self._kept: Minted | None = None
        self._made_at = 0.0

    def __repr__(self) -> str:
        """Return where the tokens come from."""
        return f"MintedToken({self._source!r})"

    def authorization(self) -> str:
        """Return the header's value; raises ``ClusterError`` where there is no token to be had."""
        with self._lock:
            kept = self._kept
            if kept is None or self._ends_within(kept, self._early(kept)):
                kept = self._made(kept)
            return f"Bearer {kept.token}"

    def secrets(self) -> tuple[str, ...]:
        """Return the token as it is now."""
        kept = self._kept
        return (kept.token,) if kept else ()

    def renewed(self, refused: str) -> bool:
        """Forget the token that was refused, unless it is so new that another would fare no better."""
        with self._lock:
            if self._kept is None or f"Bearer {self._kept.token}" != refused:
                return True  # another thread has seen to it
            if self._now() - self._made_at < _FRESH:
                return False
            self._kept = None
            return True

    def _made(self, kept: Minted | None) -> Minted:
        try:
            made = self._mint()
        except ClusterError:
            if kept is None or self._ends_within(kept, 0):
                raise
            return kept  # it still holds, and the next request tries again
        check_token(made.token, f"the token of {self._source}")
        self._mask(made.token)
        self._kept, self._made_at = made, self._now()
        return made

    def _early(self, kept: Minted) -> float:
        return _EARLY if kept.expires is None else min(_EARLY, (kept.expires - self._made_at) / 5)

    def _ends_within(self, kept: Minted, seconds: float) -> bool:
        return kept.expires is not None and self._now() > kept.expires - seconds
