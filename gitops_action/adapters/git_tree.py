"""All files of a commit in a folder, for renderers that read files and know nothing of git.

In: a ``History`` and an empty folder. Out: the files in it, links as links. Neither the checkout nor its index is
touched, and no filter of any configuration runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.adapters.git_program import run_git
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from gitops_action.adapters.git_history import History

_TIMEOUT = 300.0


def extract(history: History, folder: str) -> None:
    """Write the files of the history's commit into a folder; ``UsageError`` where some of them are not here."""
    repository = history.repository
    variables = {"GIT_INDEX_FILE": str(Path(repository.root, "extracted.index"))}
    written = ("--work-tree", folder, "checkout-index", "--all", "--force", "--quiet")
    for arguments in (("read-tree", history.base), written):
        done = run_git(repository.process, repository.root, arguments, timeout=_TIMEOUT, variables=variables)
        if done.returncode:
            raise UsageError(
                f"the files of commit {history.base} cannot be read",
                detail=done.stderr.strip()[:2000],
                remedy="Check out whole files: actions/checkout without `filter` and `sparse-checkout`.",
            )
