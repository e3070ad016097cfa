"""Time zones by name, from the machine's database.

In: a name such as ``Europe/Berlin``. Out: the zone; UTC for no name and for one that nobody knows, as in Argo CD.
"""

from __future__ import annotations

from datetime import UTC
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from datetime import tzinfo

_KNOWN_EVERYWHERE = "Europe/London"


@cache
def find_zone(name: str) -> tzinfo:
    """Return the zone of this name.

    Raises ``UsageError`` where the machine knows no zones at all, for UTC would then be wrong without a word.
    """
    if name in ("", "UTC"):
        return UTC
    found = _load(name)
    if found is None and _load(_KNOWN_EVERYWHERE) is None:
        raise UsageError(
            f"time zone {name} cannot be looked up: this machine has no time zone database",
            remedy="Install tzdata.",
        )
    return found or UTC


def _load(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not there, a folder, or no name at all
        return None
