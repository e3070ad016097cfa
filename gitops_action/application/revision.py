"""``targetRevision`` of a Git source → a commit, by what ``git ls-remote`` lists.

In: the revision as it is written, and the refs of the repository in the server's order. Out: a commit's hash and the
ref that it was found by. Asks nobody; an abbreviated hash stays abbreviated, since only the repository's objects can
complete it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gitops_action.application.version import highest, nearest, parse_constraint, parse_version
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMMIT: Final = re.compile(r"[0-9A-Fa-f]{40}(?:[0-9A-Fa-f]{24})?", re.ASCII)
_ABBREVIATED: Final = re.compile(r"[0-9A-Fa-f]{7,}", re.ASCII)
_LINE: Final = re.compile(r"([0-9a-f]{40}(?:[0-9a-f]{24})?)\t(\S.*)", re.ASCII)
_TAGS: Final = "refs/tags/"
_SHORTENED: Final = (_TAGS, "refs/heads/", "refs/remotes/", "refs/")
_PEELED: Final = "^{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedRevision:
    """A commit's hash, and the full name of the ref that names it; empty where the hash was given."""

    commit: str
    ref: str = ""


def parse_refs(listing: str) -> dict[str, str]:
    """Return ref → commit of what ``git ls-remote`` wrote, in its order; a tag's commit wins over the tag object.

    Raises ``UsageError`` naming a line that is none of it.
    """
    refs: dict[str, str] = {}
    for number, line in enumerate(listing.splitlines(), start=1):
        match = _LINE.fullmatch(line)
        if match:
            refs[match[2].removesuffix(_PEELED)] = match[1]
        elif line.strip() and not line.startswith("ref: "):  # what --symref adds
            raise UsageError(
                f"line {number} is not of the form `<hash>\\t<ref>`", remedy="Give what `git ls-remote` writes."
            )
    return refs


def is_commit(revision: str) -> bool:
    """Return whether a revision is a whole hash, which needs no look-up (RND-1)."""
    return _COMMIT.fullmatch(revision) is not None


def resolve_revision(revision: str, refs: Mapping[str, str], *, tag_prefix: str = "") -> ResolvedRevision | None:
    """Return what a revision means (RND-1 to RND-6); ``None`` where it means nothing here.

    A constraint that no tag satisfies is looked for by its own name, as is one whose form is not understood.
    """
    if is_commit(revision):
        return ResolvedRevision(commit=revision.lower())
    wanted = _by_tag(revision, refs, tag_prefix) or revision or "HEAD"
    for ref, commit in refs.items():
        if wanted in (ref, _short(ref)):
            return ResolvedRevision(commit=commit, ref=ref)
    if _ABBREVIATED.fullmatch(wanted):
        return ResolvedRevision(commit=wanted.lower())
    return None


def revisions_offered(refs: Mapping[str, str]) -> str:
    """Return words for a message: the newest versions among the tags, else some branches."""
    tags = nearest(ref.removeprefix(_TAGS) for ref in refs if ref.startswith(_TAGS))
    branches = [ref.removeprefix("refs/heads/") for ref in refs if ref.startswith("refs/heads/")]
    return f"its highest versions are {', '.join(tags)}" if tags else f"its branches are {', '.join(branches[:5])}"


def _by_tag(revision: str, refs: Mapping[str, str], prefix: str) -> str:
    """Return the tag that a version or constraint means; empty where it is neither, or no tag satisfies it."""
    if parse_version(revision):
        return f"{prefix}{revision}"
    constraint = parse_constraint(revision)
    if constraint is None or not revision:
        return ""
    tags = (ref.removeprefix(_TAGS) for ref in refs if ref.startswith(_TAGS))
    found = highest(constraint, [tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)])
    return f"{prefix}{found}" if found else ""


def _short(ref: str) -> str:
    return next((ref.removeprefix(prefix) for prefix in _SHORTENED if ref.startswith(prefix)), ref)
