"""What differs between a commit and another one, or the work tree, entry by entry.

In: the checkout and the names of commits. Out: paths with what they were, and the old contents on request. A rename is
a path that is gone and one that is new.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.adapters.git_program import batch, entries, run_git
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.adapters.git import GitCheckout

_LINK, _SUBMODULE, _ABSENT = "120000", "160000", "000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChange:
    """One path that differs. ``blob`` is the object with its old content, empty where it had none."""

    path: str
    blob: str = ""
    was_link: bool = False
    is_container: bool = False
    """Whether it was or is a link or a submodule, behind which there may be other files."""


def changes(checkout: GitCheckout, base: str, head: str = "") -> tuple[EntryChange, ...]:
    """Return what differs from ``base`` to ``head``, or to the work tree with its new files, sorted by path.

    Raises ``UsageError`` where git has not got one of the commits.
    """
    raw = ("--raw", "-z", "--no-abbrev", "--no-renames")
    if head:
        return _parsed(_git(checkout, "diff-tree", "-r", *raw, "--end-of-options", base, head))
    tracked = _git(checkout, "diff", *raw, "--no-ext-diff", "--end-of-options", base, "--")
    found = {change.path: change for change in _parsed(tracked)}
    for path in entries(_git(checkout, "ls-files", "-z", "--others", "--exclude-standard")):
        plain = path.rstrip("/")  # a repository of its own ends with one
        found.setdefault(plain, EntryChange(path=plain, is_container=plain != path))
    return tuple(found[path] for path in sorted(found))


def old_contents(checkout: GitCheckout, changed: Iterable[EntryChange]) -> Mapping[str, bytes]:
    """Return what was in files, by their paths; those that did not exist are left out."""
    wanted = [change for change in changed if change.blob]
    if not wanted:
        return {}
    names = "".join(f"{change.blob}\n" for change in wanted).encode()
    found = batch(_git(checkout, "cat-file", "--batch", stdin=names), len(wanted))
    return {change.path: each[1] for change, each in zip(wanted, found, strict=True) if each is not None}


def first_parent(checkout: GitCheckout) -> str:
    """Return the hash of the checked-out commit's first parent, even in a shallow clone; empty where it has none."""
    header = _git(checkout, "cat-file", "commit", "HEAD").partition(b"\n\n")[0].decode("ascii", "replace")
    return next((line.removeprefix("parent ") for line in header.splitlines() if line.startswith("parent ")), "")


def _parsed(output: bytes) -> tuple[EntryChange, ...]:
    """Read ``:old-mode new-mode old-blob new-blob status`` and the path, in turn."""
    words = entries(output)
    return tuple(
        _change(description[1:].split(" "), path) for description, path in zip(words[::2], words[1::2], strict=True)
    )


def _change(words: list[str], path: str) -> EntryChange:
    old, new, blob = words[:3]
    return EntryChange(
        path=path,
        blob="" if old in (_ABSENT, _SUBMODULE) else blob,
        was_link=old == _LINK,
        is_container=bool({old, new} & {_LINK, _SUBMODULE}),
    )


def _git(checkout: GitCheckout, *arguments: str, stdin: bytes = b"") -> bytes:
    completed = run_git(checkout.process, checkout.root, arguments, stdin=stdin, timeout=checkout.timeout)
    if completed.returncode:
        raise UsageError(
            f"git cannot compare in {checkout.root}",
            detail=completed.stderr.strip()[:2000],
            remedy="Check out more history: actions/checkout with fetch-depth: 0.",
        )
    return completed.stdout
