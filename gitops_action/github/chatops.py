"""Commands in the comments of a pull request: ``/gitops sync 9b71e04 web``.

In: a comment's text, and who may do what on which commit. Out: a ``ChatCommand``, or a ``ChatProblem`` with the answer
to give, or ``None`` for a comment that is no command. Words stay words: none of them becomes an option of ours.
Never talks to GitHub.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from gitops_action.github_ports import PullRequestState, Review

PREFIX = "/gitops"
CHANGING = frozenset({"sync", "rollback", "actions"})
"""Commands that change the cluster, and therefore name the commit that was looked at."""
_MAY_WRITE = frozenset({"admin", "maintain", "write"})
_COMMIT = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@=-]{0,252}")
_WORDS_LIMIT = 100

USAGE = {
    "help": "`/gitops help`",
    "diff": "`/gitops diff [application …]`",
    "refresh": "`/gitops refresh [hard] [application …]`",
    "sync": "`/gitops sync <commit> [application …]`",
    "rollback": "`/gitops rollback <commit> <application> [id]`",
    "actions": "`/gitops actions run <commit> <application> <action> <kind> <name> [namespace] [PARAMETER=VALUE …]`",
}
"""How each command is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatCommand:
    """What is asked for. ``commit`` is as it was written, empty for what changes nothing."""

    verb: str
    commit: str = ""
    applications: tuple[str, ...] = ()
    is_hard: bool = False
    words: tuple[str, ...] = field(default=())
    """What follows the application: a history id, or the action with its object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatProblem:
    """Why a command is not carried out; ``is_silent`` where its author gets a reaction and no answer."""

    message: str
    is_silent: bool = False


def parse_command(body: str) -> ChatCommand | ChatProblem | None:
    """Return what a comment asks for; only its first line is read."""
    first = body.lstrip("\ufeff").split("\n", 1)[0].strip()
    prefix, *words = first.split() or [""]
    if prefix != PREFIX:
        return None
    if len(words) > _WORDS_LIMIT or any(not _WORD.fullmatch(word) for word in words):
        return ChatProblem(message="I take words of letters, digits and `._:/@=-`, and no options.")
    verb, *rest = words or ["help"]
    match verb:
        case "help":
            return ChatCommand(verb=verb)
        case "diff":
            return ChatCommand(verb=verb, applications=tuple(rest))
        case "refresh":
            is_hard = rest[:1] == ["hard"]
            return ChatCommand(verb=verb, applications=tuple(rest[is_hard:]), is_hard=is_hard)
        case "sync":
            return _on_commit(verb, rest, least=0, most=_WORDS_LIMIT)
        case "rollback":
            return _on_commit(verb, rest, least=1, most=2)
        case "actions" if rest[:1] == ["run"]:
            return _on_commit(verb, rest[1:], least=4, most=5)
        case "actions":
            return ChatProblem(message=f"`actions` takes one word, `run`: {USAGE[verb]}.")
        case _:
            return ChatProblem(message="I do not know that command.")


def _on_commit(verb: str, words: Sequence[str], *, least: int, most: int) -> ChatCommand | ChatProblem:
    """Return a command that names a commit, and after it so many words."""
    commit, *rest = words or [""]
    if not _COMMIT.fullmatch(commit):
        return ChatProblem(
            message=f"`{verb}` changes the cluster, so it names the commit that you looked at: {USAGE[verb]}."
        )
    # Parameters of an action come in any number; its other words have their places.
    named = [word for word in rest if verb != "actions" or "=" not in word]
    if not (least <= len(named) <= most and rest[:1] == named[:1]):
        return ChatProblem(message=f"That is not how it is written: {USAGE[verb]}.")
    if verb == "sync":
        return ChatCommand(verb=verb, commit=commit.lower(), applications=tuple(rest))
    return ChatCommand(verb=verb, commit=commit.lower(), applications=(rest[0],), words=tuple(rest[1:]))


def refuse(
    command: ChatCommand | ChatProblem,
    *,
    author_permission: str,
    allowed: Collection[str],
    pull: PullRequestState,
    reviews: Sequence[Review],
    permission_of: Callable[[str], str],
) -> ChatProblem | None:
    """Return why a command is not carried out here and now; ``None`` where it is.

    What is wrong with its words is told to those alone who may give commands.

    ``allowed`` is what input ``chatops-allow`` names, ``permission_of`` what a reviewer may do here.
    """
    if author_permission not in _MAY_WRITE:
        return ChatProblem(message="commands are for people with write access to this repository", is_silent=True)
    if isinstance(command, ChatProblem):
        return command
    if command.verb not in allowed:
        known = ", ".join(f"`{verb}`" for verb in USAGE if verb in allowed)
        return ChatProblem(
            message=f"`{command.verb}` is not among the commands that this repository allows: {known or 'none'}. "
            "The workflow's input `chatops-allow` names them."
        )
    if command.verb == "help":
        return None
    if not pull.is_open:
        return ChatProblem(message="This pull request is closed.")
    if command.commit and not pull.head_sha.startswith(command.commit):
        return ChatProblem(
            message=f"The head of this pull request is `{pull.head_sha[:7]}` now, not `{command.commit[:7]}`. "
            "Look at what changed, and name the commit that you mean."
        )
    if pull.is_fork and not _is_approved(pull, reviews, permission_of):
        return ChatProblem(
            message=f"This pull request comes from a fork, and nobody with write access approved `{pull.head_sha[:7]}` "
            "yet. What it brings would be rendered beside this repository's credentials."
        )
    return None


def _is_approved(pull: PullRequestState, reviews: Sequence[Review], permission_of: Callable[[str], str]) -> bool:
    """Return whether the last word of somebody with write access is an approval of the very commit."""
    last = {review.author: review for review in reviews if review.author and review.state != "COMMENTED"}
    approving = (each for each in last.values() if each.state == "APPROVED" and each.commit == pull.head_sha)
    return any(permission_of(review.author) in _MAY_WRITE for review in approving)


def help_text(allowed: Collection[str]) -> str:
    """Return the answer to ``help``."""
    lines = [f"- {usage}" for verb, usage in USAGE.items() if verb in allowed]
    return "\n".join(["I take these commands from people with write access:", "", *lines])
