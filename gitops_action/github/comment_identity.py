"""Tell whose a comment is, and whether this run may write it.

In: the comments of a pull request with their authors, and this run's identity. Out: a ``Decision`` to create, update,
delete or leave. Never talks to GitHub, and never tells a comment by its text: only by the hidden header on its first
line.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.ports import Comment

_HEADER = re.compile(r"<!-- gitops-action:v1 (?P<data>[A-Za-z0-9_-]{1,4096}) -->")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentIdentity:
    """What separates one sticky comment from another, and one writing of it from the next."""

    repository: str
    mode: str
    key: str
    head: str
    """The commit that the comment speaks of."""
    run_id: int = 0
    run_attempt: int = 0
    page: int = 1
    """Which of the comments that a long one is written as; each is kept for itself."""

    @property
    def slot(self) -> tuple[str, str, str, int]:
        """What two writings of the same comment have in common."""
        return (self.repository, self.mode, self.key, self.page)

    @property
    def order(self) -> tuple[int, int]:
        """Of two runs for one commit the larger wins."""
        return (self.run_id, self.run_attempt)


class CommentAction(StrEnum):
    """What a run does about its comment."""

    CREATE = "create"
    UPDATE = "update"
    LEAVE = "leave"
    SETTLED = "settled"
    """Nothing: what this run wrote stands, and stands alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do: ``comment_id`` to update, then the ids to delete; ``reason`` says why a comment is left."""

    action: CommentAction
    comment_id: int = 0
    delete: tuple[int, ...] = ()
    reason: str = ""


def make_header(identity: CommentIdentity) -> str:
    """Return the hidden first line of a comment."""
    values = {name: value for name, value in asdict(identity).items() if name != "page" or value != 1}
    data = json.dumps(values, separators=(",", ":"), sort_keys=True).encode()
    return f"<!-- gitops-action:v1 {base64.urlsafe_b64encode(data).decode().rstrip('=')} -->"


def parse_header(body: str) -> CommentIdentity | None:
    """Return the identity on a comment's first line, or ``None`` where there is none that is well formed."""
    found = _HEADER.fullmatch(body.split("\n", 1)[0].rstrip())
    if found is None:
        return None
    data = found["data"]
    try:
        values = json.loads(base64.urlsafe_b64decode(data + "=" * (-len(data) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        # Anybody may write such a line by hand; one that cannot be read is no header of ours.
        return None
    match values:
        case {
            "repository": str(repository),
            "mode": str(mode),
            "key": str(key),
            "head": str(head),
            "run_id": int(run_id),
            "run_attempt": int(run_attempt),
        } if isinstance(page := values.get("page", 1), int):
            return CommentIdentity(
                repository=repository,
                mode=mode,
                key=key,
                head=head,
                run_id=run_id,
                run_attempt=run_attempt,
                page=page,
            )
        case _:
            return None


def decide(
    comments: Sequence[Comment], mine: CommentIdentity, *, login: str, current_head: str = "", written: int = 0
) -> Decision:
    """Decide what this run does about its comment.

    ``current_head`` is the pull request's head as it is now; empty where the comment is not about the head (the
    outcome of a sync). ``written`` is the comment that this run wrote in an earlier round, for creating is not atomic:
    runs that race all look again, the lowest id stays, and each removes its own surplus.
    """
    ours = sorted(
        ((comment.id, identity) for comment, identity in owned(comments, login) if identity.slot == mine.slot),
        key=lambda entry: entry[0],
    )
    if current_head and current_head != mine.head:
        return Decision(
            action=CommentAction.LEAVE,
            delete=_own_surplus(ours, written),
            reason=f"the pull request's head is {current_head[:8]} now, this run is about {mine.head[:8]}",
        )
    if not ours:
        return Decision(action=CommentAction.CREATE)
    keeper, kept = ours[0]
    newest = max(
        (identity for _, identity in ours if _competes(identity, mine, current_head)), key=_order, default=None
    )
    if newest is not None and newest.order > mine.order:
        return Decision(
            action=CommentAction.LEAVE,
            comment_id=keeper,
            delete=_own_surplus(ours, written),
            reason=f"run {newest.run_id} (attempt {newest.run_attempt}) is newer and has written the comment",
        )
    surplus = tuple(comment_id for comment_id, _ in ours[1:])
    stands = written == keeper and kept == mine
    return Decision(action=CommentAction.SETTLED if stands else CommentAction.UPDATE, comment_id=keeper, delete=surplus)


def _own_surplus(ours: Sequence[tuple[int, CommentIdentity]], written: int) -> tuple[int, ...]:
    """Return the comment that this run wrote, unless it is the one that stays."""
    return tuple(comment_id for comment_id, _ in ours[1:] if comment_id == written)


def owned(comments: Sequence[Comment], login: str) -> list[tuple[Comment, CommentIdentity]]:
    """Return the comments with a header, without those where somebody else pasted one."""
    return [
        (comment, identity)
        for comment in comments
        if comment.author.casefold() == login.casefold() and (identity := parse_header(comment.body)) is not None
    ]


def _competes(identity: CommentIdentity, mine: CommentIdentity, current_head: str) -> bool:
    """Tell whether the order of runs decides: not against a comment on a head that is no more the pull request's."""
    return not current_head or identity.head == mine.head


def _order(identity: CommentIdentity) -> tuple[int, int]:
    return identity.order
