"""Keep one comment on a pull request, newest run wins.

In: the texts to choose from, fullest first, and this run's identity. Out: where the comment is and what was done.
Raises ``GitHubError`` where GitHub cannot be reached or refuses; the caller then has the job summary.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gitops_action.errors import CommentGone, CommentTooLong, GitHubError, Unanswered
from gitops_action.github.comment_identity import CommentAction, CommentIdentity, decide, make_header
from gitops_action.inputs import CommentPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitops_action.ports import Comment, PullRequests

MAX_BYTES = 262_144
"""What GitHub stores of a comment; its limit in characters differs between servers, so the server is asked."""
_ROUNDS = 5


class PublishAction(StrEnum):
    """What became of the comment."""

    CREATED = "created"
    UPDATED = "updated"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The outcome: ``level`` is the index of the text that fitted, ``note`` a sentence for the log where one is due."""

    action: PublishAction
    url: str = ""
    note: str = ""
    level: int = 0


def publish(
    pulls: PullRequests,
    number: int,
    identity: CommentIdentity,
    bodies: Sequence[str],
    *,
    policy: CommentPolicy = CommentPolicy.CHANGES,
    changes: bool = True,
    follows_head: bool = True,
) -> Published:
    """Write the comment of this identity, or leave it with the reason.

    Under policy ``changes`` a run that changes nothing writes no new comment, but brings an existing one up to date.
    ``follows_head`` is false for what is not about the pull request's head, such as the outcome of a sync.
    """
    if policy is CommentPolicy.NEVER:
        return Published(action=PublishAction.LEFT, note="input comment is never")
    writer = _Writer(pulls=pulls, number=number, texts=_texts(identity, bodies))
    login = pulls.login()
    done = Published(action=PublishAction.LEFT)
    for _ in range(_ROUNDS):
        decision = decide(
            comments := pulls.comments(number),
            identity,
            # The answer to a write names its author surely, so that a run never takes its own comment for another's.
            login=writer.author or login,
            current_head=pulls.head_sha(number) if follows_head else "",
            written=writer.written,
        )
        if decision.action is CommentAction.CREATE and policy is CommentPolicy.CHANGES and not changes:
            return Published(action=PublishAction.LEFT, note="nothing changes, and there is no comment to update")
        match decision.action:
            case CommentAction.CREATE:
                done = writer.write(PublishAction.CREATED, lambda text: pulls.create_comment(number, text)) or done
            case CommentAction.UPDATE:
                done = writer.update(decision.comment_id, created=done.action is PublishAction.CREATED) or done
            case CommentAction.LEAVE:
                done = Published(
                    action=PublishAction.LEFT, note=decision.reason, url=_url_of(comments, decision.comment_id)
                )
            case CommentAction.SETTLED:
                pass
        for comment_id in decision.delete:
            pulls.delete_comment(number, comment_id)
        if decision.action in {CommentAction.LEAVE, CommentAction.SETTLED}:
            return done
    raise writer.failure or GitHubError(
        f"the comment on pull request #{number} does not settle: other runs keep writing or deleting it",
        remedy="Give each job that comments a `comment-key` of its own.",
    )


class _Writer:
    """Writes the fullest text that GitHub takes, and remembers which comment and which text that was."""

    def __init__(self, *, pulls: PullRequests, number: int, texts: Sequence[str]) -> None:
        self._pulls = pulls
        self._number = number
        self._texts = texts
        self._level = 0
        self.written = 0
        self.author = ""
        self.failure: GitHubError | None = None

    def update(self, comment_id: int, *, created: bool) -> Published | None:
        """Replace a comment; one that this run created is still said to be created."""
        action = PublishAction.CREATED if created and comment_id == self.written else PublishAction.UPDATED
        return self.write(action, lambda text: self._pulls.update_comment(self._number, comment_id, text))

    def write(self, action: PublishAction, send: Callable[[str], Comment]) -> Published | None:
        """Send the fullest text that fits; ``None`` where nothing is known to be written and the caller looks again."""
        while self._level < len(self._texts):
            text = self._texts[self._level]
            if len(text.encode()) > MAX_BYTES:
                self._level += 1
                continue
            try:
                comment = send(text)
            except CommentTooLong as failure:
                self.failure = failure
                self._level += 1
            except (CommentGone, Unanswered) as failure:
                # Another run removed it, or the answer was lost: the list of comments tells what is there.
                self.failure = failure
                return None
            else:
                self.written, self.author, self.failure = comment.id, comment.author, None
                note = f"the comment was shortened {self._level} times to fit" if self._level else ""
                return Published(action=action, url=comment.url, note=note, level=self._level)
        raise self.failure or CommentTooLong(
            f"the comment on pull request #{self._number} is longer than GitHub stores",
            remedy="The whole report is in the job summary.",
        )


def _texts(identity: CommentIdentity, bodies: Sequence[str]) -> list[str]:
    if not bodies:
        raise ValueError("a comment needs at least one text")
    header = make_header(identity)
    return [f"{header}\n{body}" for body in bodies]


def _url_of(comments: Sequence[Comment], comment_id: int) -> str:
    return next((comment.url for comment in comments if comment.id == comment_id), "")
