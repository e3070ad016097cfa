"""Which of two commits came first, also where the checkout holds no history.

In: the checkout, two commits, and where commits can be fetched from. Out: yes or no; ``UsageError`` where nobody can
tell. What is missing is fetched into a temporary repository, as ``git_history`` does, and no more of it than lies
between the two by their times: the checkout's ``.git`` is never written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.adapters.git_history import Origin, deepen, open_history
from gitops_action.adapters.git_program import run_git
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from gitops_action.adapters.git import GitCheckout

_YES, _NO = 0, 1


def came_before(checkout: GitCheckout, older: str, newer: str, origin: Origin | None, *, folder: str = "") -> bool:
    """Return whether ``older`` is an ancestor of ``newer``; a commit is none of its own.

    ``older`` is in the checkout. Raises ``UsageError`` where ``newer`` is neither there nor can be fetched.
    """
    if older == newer:
        return False
    known = _is_ancestor(checkout, older, newer)
    if known is True or (known is False and not _is_shallow(checkout)):
        return known
    if _is_ancestor(checkout, newer, older):
        return False
    if known is None and newer in _parents(checkout, older):
        return False
    repository = open_history(checkout, newer, origin, folder=folder)
    since = _time(checkout, older)
    if _time(repository.repository, newer) < since:
        return False
    deepen(repository.repository, newer, origin, since)
    return bool(_is_ancestor(repository.repository, older, newer))


def _is_ancestor(repository: GitCheckout, older: str, newer: str) -> bool | None:
    """Return what is known of two commits; ``None`` where one is not there."""
    asked = run_git(repository.process, repository.root, ("merge-base", "--is-ancestor", older, newer))
    return {_YES: True, _NO: False}.get(asked.returncode)


def _is_shallow(repository: GitCheckout) -> bool:
    asked = run_git(repository.process, repository.root, ("rev-parse", "--is-shallow-repository"))
    return asked.stdout.strip() != b"false"


def _parents(repository: GitCheckout, commit: str) -> frozenset[str]:
    """Return the parents of a commit, also those that a shallow checkout lacks."""
    asked = run_git(repository.process, repository.root, ("cat-file", "commit", commit))
    header = asked.stdout.partition(b"\n\n")[0].decode("ascii", errors="replace").splitlines()
    return frozenset(line.removeprefix("parent ") for line in header if line.startswith("parent "))


def _time(repository: GitCheckout, commit: str) -> int:
    asked = run_git(repository.process, repository.root, ("log", "-1", "--format=%ct", "--end-of-options", commit))
    if asked.returncode:
        raise UsageError(f"commit {commit} cannot be read", detail=asked.stderr.strip()[:2000])
    return int(asked.stdout)
