"""The checkout that we work on, read by the git program.

In: a directory. Out: its commit, remotes, files of other commits. Never writes the checkout or its ``.git`` (not even
to refresh the index), never asks for a password, never reaches a network, and reads no configuration but the checkout's
own. The work tree usually belongs to another user than ours, so the owner check is off, for these processes alone.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.adapters.git_program import batch, entries, run_git
from gitops_action.errors import UsageError
from gitops_action.ports import Head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.ports import Completed, Process

_LINK, _SUBMODULE = "120000", "160000"
_NO_REPOSITORY = re.compile(r"not a git repository", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitCheckout:
    """Implements ``ports.Git``."""

    root: str
    process: Process
    timeout: float = 60.0

    def head(self) -> Head:
        """Return the commit, its parents even in a shallow clone, its branch, and what differs from it."""
        content = self._objects("HEAD")[0]
        if content is None:
            raise UsageError(f"{self.root} has no commit yet", remedy="Commit something first.")
        commit, text = content
        header = text.partition(b"\n\n")[0].decode("ascii", errors="replace").splitlines()
        branch = self._run("symbolic-ref", "--short", "--quiet", "HEAD")
        return Head(
            commit=commit,
            parents=tuple(line.removeprefix("parent ") for line in header if line.startswith("parent ")),
            branch=branch.stdout.decode().strip() if branch.returncode == 0 else "",
            dirty=self._dirty(),
        )

    def remotes(self) -> tuple[str, ...]:
        """Return the URLs of the remotes, without the credentials that some hold."""
        found = self._run("config", "--null", "--get-regexp", r"^remote\..*\.url$")
        urls = (entry.partition("\n")[2] for entry in entries(found.stdout))
        return tuple(dict.fromkeys(re.sub(r"^(https?://)[^/@]*@", r"\1", url) for url in urls))

    def show(self, revision: str, path: str) -> bytes | None:
        """Return a file of a commit, or ``None`` where the commit has no such file."""
        commit, blob = self._objects(f"{revision}^{{commit}}", f"{revision}:{os.path.normpath(path)}")
        if commit is None:
            raise self._absent(revision)
        return blob[1] if blob is not None else None

    def changed_files(self, base: str, head: str) -> tuple[str, ...]:
        """Return the paths that differ between two commits, sorted; a renamed file counts as two."""
        for revision, found in zip(
            (base, head), self._objects(f"{base}^{{commit}}", f"{head}^{{commit}}"), strict=True
        ):
            if found is None:
                raise self._absent(revision)
        completed = self._run("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--end-of-options", base, head)
        return tuple(sorted(entries(self._checked(completed).stdout)))

    def files(self) -> tuple[str, ...]:
        """Return the files of the work tree, sorted, except those that Git is told to ignore."""
        known = self._checked(self._run("ls-files", "-z", "--cached", "--recurse-submodules"))
        new = self._checked(self._run("ls-files", "-z", "--others", "--exclude-standard"))
        paths = {*entries(known.stdout), *entries(new.stdout)}
        return tuple(sorted(path for path in paths if Path(self.root, path).is_file()))

    def symlinks(self) -> tuple[str, ...]:
        """Return the symbolic links of the work tree, except those in files that Git is told to ignore."""
        new = self._checked(self._run("ls-files", "-z", "--others", "--exclude-standard"))
        untracked = (path for path in entries(new.stdout) if Path(self.root, path).is_symlink())
        return tuple(sorted({*self._index(_LINK), *untracked}))

    def holding(self, text: str, patterns: Sequence[str]) -> tuple[str, ...]:
        """Return the files of the work tree with this text among those that one of the patterns names."""
        arguments = ("grep", "-l", "-z", "-F", "--untracked", "-e", text, "--", *patterns)
        found = self._run(*arguments)
        return tuple(entries(found.stdout)) if found.returncode == 0 else ()

    def missing_submodules(self) -> tuple[str, ...]:
        """Return the submodules whose files are not checked out."""
        return tuple(path for path in self._index(_SUBMODULE) if not Path(self.root, path, ".git").exists())

    def _index(self, mode: str) -> list[str]:
        listed = self._checked(self._run("ls-files", "-z", "--stage", "--recurse-submodules"))
        return [entry.partition("\t")[2] for entry in entries(listed.stdout) if entry.startswith(mode)]

    def _dirty(self) -> tuple[str, ...]:
        status = self._checked(self._run("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=normal"))
        return tuple(sorted(entry[3:] for entry in entries(status.stdout)))

    def _objects(self, *names: str) -> list[tuple[str, bytes] | None]:
        """Return hash and content of each object by name, ``None`` for one that is absent or a directory."""
        if any("\n" in name for name in names):
            raise UsageError("a revision or path holds a line break")
        completed = self._checked(self._run("cat-file", "--batch", stdin="\n".join(names).encode() + b"\n"))
        return list(batch(completed.stdout, len(names)))

    def _absent(self, revision: str) -> UsageError:
        return UsageError(
            f"the commit {revision} is not in this checkout",
            remedy="Check out more history: actions/checkout with fetch-depth: 0.",
        )

    def _checked(self, completed: Completed) -> Completed:
        if completed.returncode:
            raise UsageError(f"git cannot read {self.root}", detail=completed.stderr.strip()[:2000])
        return completed

    def _run(self, *arguments: str, stdin: bytes = b"") -> Completed:
        return run_git(self.process, self.root, arguments, stdin=stdin, timeout=self.timeout)


def open_checkout(directory: str, process: Process) -> GitCheckout | None:
    """Return the checkout that a directory lies in, or ``None`` where it lies in none."""
    if not Path(directory).is_dir():
        raise UsageError(f"{directory} is not a directory", remedy="Check the input working-directory.")
    found = run_git(process, directory, ("rev-parse", "--show-toplevel"))
    if found.returncode == 0:
        return GitCheckout(root=os.path.realpath(found.stdout.decode().rstrip("\n")), process=process)
    if _NO_REPOSITORY.search(found.stderr):
        return None
    raise UsageError(
        f"git cannot read {directory}",
        detail=found.stderr.strip()[:2000],
        remedy="Check the repository out with actions/checkout before this step.",
    )


def require_checkout(directory: str, process: Process) -> GitCheckout:
    """Return the checkout that a directory lies in; a plain directory is a ``UsageError``."""
    checkout = open_checkout(directory, process)
    if checkout is None:
        raise UsageError(
            f"{directory} is not a Git checkout", remedy="Run actions/checkout before this step, or git init locally."
        )
    return checkout
