"""Keep a comment of several pages on a pull request, newest run wins as a whole.

In: the texts of the first page, fullest first, and those of the further ones. Out: where the first page is and what
was done. Raises ``GitHubError`` as ``sticky`` does.

The first page decides who owns the set. A run writes it before the others, and looks at it again after them: where it
is another's by then, the run takes back its own further pages; where it stands, the run removes what older runs left.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_action.github.comment_identity import owned
from gitops_action.github.sticky import PublishAction, publish
from gitops_action.inputs import CommentPolicy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.github.comment_identity import CommentIdentity
    from gitops_action.github.sticky import Published
    from gitops_action.ports import Comment, PullRequests


def publish_pages(
    pulls: PullRequests,
    number: int,
    identity: CommentIdentity,
    bodies: Sequence[str],
    further: Sequence[str] = (),
    *,
    policy: CommentPolicy = CommentPolicy.CHANGES,
    changes: bool = True,
    follows_head: bool = True,
) -> Published:
    """Write the pages of this identity and remove surplus ones, or leave them all with the reason."""
    first = publish(pulls, number, identity, bodies, policy=policy, changes=changes, follows_head=follows_head)
    if first.action is PublishAction.LEFT:
        return first
    # A first page that had to be shortened speaks of no others.
    texts = () if first.level else tuple(further)
    for page, text in enumerate(texts, 2):
        publish(
            pulls,
            number,
            replace(identity, page=page),
            [text],
            policy=CommentPolicy.ALWAYS,
            follows_head=follows_head,
        )
    comments = pulls.comments(number)
    author = next((each.author for each in comments if each.url == first.url), "") or pulls.login()
    for comment_id in surplus(comments, identity, pages=1 + len(texts), login=author):
        pulls.delete_comment(number, comment_id)
    return first


def surplus(comments: Sequence[Comment], mine: CommentIdentity, *, pages: int, login: str) -> tuple[int, ...]:
    """Return the further pages that must go: this run's own where it lost the first page, else those of older runs."""
    ours = [
        (comment.id, identity)
        for comment, identity in owned(comments, login)
        if replace(identity, page=1).slot == mine.slot
    ]
    first = next((identity for _, identity in ours if identity.page == mine.page), None)
    if first != mine:
        return tuple(
            each for each, identity in ours if identity == replace(mine, page=identity.page) and identity.page > 1
        )
    return tuple(
        each
        for each, identity in ours
        if identity.page > pages and (identity.head != mine.head or identity.order <= mine.order)
    )
