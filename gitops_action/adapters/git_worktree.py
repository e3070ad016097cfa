"""A commit as files, beside the checkout: for a command that names another commit than the one that is checked out.

In: the ``History`` that has the commit, and a folder. Out: the path of a work tree. No hook and no filter runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.adapters.git_program import run_git
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.adapters.git_history import History

_TIMEOUT = 300.0


def check_out(history: History, folder: str, remotes: Iterable[str]) -> str:
    """Write the files of a history's commit into a new folder and return its path.

    The folder is a work tree of the history's own repository, and ends to be one with it; ``remotes`` are the
    addresses by which applications may call that repository. Raises ``UsageError`` where git cannot write it.
    """
    repository = history.repository
    for number, url in enumerate(remotes):
        run_git(repository.process, repository.root, ("config", f"remote.checkout{number}.url", url))
    made = run_git(
        repository.process,
        repository.root,
        ("worktree", "add", "--quiet", "--detach", "--", folder, history.base),
        timeout=_TIMEOUT,
    )
    if made.returncode:
        raise UsageError(f"commit {history.base} cannot be checked out", detail=made.stderr.strip()[:2000])
    return folder
