"""Git as GitHub and ``actions/checkout`` leave it: test merges of pull requests, and shallow detached clones.

Works on a repository on disk that plays the server's. Global git configuration is not read.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_IDENTITY = {
    "GIT_AUTHOR_NAME": "GitHub",
    "GIT_AUTHOR_EMAIL": "noreply@github.com",
    "GIT_COMMITTER_NAME": "GitHub",
    "GIT_COMMITTER_EMAIL": "noreply@github.com",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


def git(path: Path, *arguments: str) -> str:
    """Run git in a folder and return what it says."""
    done = subprocess.run(
        ["git", *arguments],  # noqa: S607  # git of the PATH is meant
        cwd=path,
        env={"PATH": os.environ["PATH"], "HOME": str(path)} | _IDENTITY,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


class GitRepository:
    """The server's side: a bare repository, or a work tree whose branches are the server's."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path, files: Mapping[str, str], *, branch: str = "main") -> GitRepository:
        """Make a repository with one commit."""
        path.mkdir(parents=True, exist_ok=True)
        git(path, "init", "--quiet", f"--initial-branch={branch}")
        repository = cls(path)
        repository.commit(files, message="Begin")
        return repository

    def commit(self, files: Mapping[str, str | None], *, message: str, branch: str = "", start: str = "") -> str:
        """Commit files (``None`` deletes one) on a branch, made from ``start`` where it is new; return the commit."""
        if branch:
            git(self.path, "checkout", "--quiet", *(["-B", branch, start] if start else [branch]))
        for name, text in files.items():
            file = self.path / name
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
        git(self.path, "add", "--all")
        git(self.path, "commit", "--quiet", "--allow-empty", "--no-gpg-sign", "-m", message)
        return self.resolve("HEAD")

    def resolve(self, revision: str) -> str:
        """Return a commit's full hash."""
        return git(self.path, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")

    def test_merge(self, number: int, *, base: str, head: str) -> str:
        """Make ``refs/pull/N/merge`` and ``refs/pull/N/head`` as GitHub does, and return the merge commit."""
        base_sha, head_sha = self.resolve(base), self.resolve(head)
        tree = git(self.path, "merge-tree", "--write-tree", base_sha, head_sha).splitlines()[0]
        merge = git(
            self.path, "commit-tree", tree, "-p", base_sha, "-p", head_sha, "-m", f"Merge {head_sha} into {base_sha}"
        )
        git(self.path, "update-ref", f"refs/pull/{number}/merge", merge)
        git(self.path, "update-ref", f"refs/pull/{number}/head", head_sha)
        return merge

    def make_branch(self, name: str, commit: str) -> None:
        """Let a branch be at a commit."""
        git(self.path, "update-ref", f"refs/heads/{name}", commit)

    def merge(self, number: int, *, base: str, head: str) -> str:
        """Merge for good: the base branch moves to a merge commit, which is returned."""
        merge = self.test_merge(number, base=base, head=head)
        git(self.path, "update-ref", f"refs/heads/{base}", merge)
        if git(self.path, "rev-parse", "--is-bare-repository") == "false":
            git(self.path, "checkout", "--quiet", "--force", base)
        return merge

    def read(self, revision: str, path: str) -> bytes | None:
        """Return a file's content at a commit, or ``None``."""
        try:
            return git(self.path, "show", f"{revision}:{path}").encode()
        except RuntimeError:
            return None

    def merge_base(self, one: str, other: str) -> str:
        """Return the last commit that both have."""
        return git(self.path, "merge-base", self.resolve(one), self.resolve(other))

    def count(self, since: str, until: str) -> int:
        """Return how many commits the one has that the other lacks."""
        return int(git(self.path, "rev-list", "--count", f"{since}..{until}"))


def checkout_pull_request(server: GitRepository, number: int, workspace: Path, *, depth: int = 1) -> str:
    """Leave what ``actions/checkout`` leaves for ``pull_request``: detached at ``refs/pull/N/merge``."""
    source, target = f"refs/pull/{number}/merge", f"refs/remotes/pull/{number}/merge"
    return _checkout(server, workspace, source, target, branch="", depth=depth)


def checkout_branch(server: GitRepository, branch: str, workspace: Path) -> str:
    """Leave what ``actions/checkout`` leaves for ``push``: depth 1, on the branch."""
    return _checkout(server, workspace, f"refs/heads/{branch}", f"refs/remotes/origin/{branch}", branch=branch)


def _checkout(server: GitRepository, workspace: Path, source: str, target: str, *, branch: str, depth: int = 1) -> str:
    """Check out from the folder; the remote is then called what the folder's own ``origin`` is, if it has one."""
    commit = server.resolve(source)
    workspace.mkdir(parents=True, exist_ok=True)
    git(workspace, "init", "--quiet", "--initial-branch=main")
    git(workspace, "remote", "add", "origin", f"file://{server.path.resolve()}")
    git(server.path, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(workspace, "fetch", "--quiet", "--no-tags", f"--depth={depth}", "origin", f"+{commit}:{target}")
    git(workspace, "checkout", "--quiet", "--force", *(["-B", branch, target] if branch else [target]))
    if known_as := git(server.path, "config", "--get", "--default", "", "remote.origin.url"):
        git(workspace, "remote", "set-url", "origin", known_as)
    return commit
