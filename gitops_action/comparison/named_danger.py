"""One danger of a change: its name, by which it is configured, and the words in which it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gitops_action.dangers import DangerName


class Danger(NamedTuple):
    """A consequence that a reviewer must know."""

    name: DangerName
    words: str
