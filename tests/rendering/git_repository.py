"""A real Git repository for tests: commits of files, tags and branches, made by git itself."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{role}_NAME": "Test" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_EMAIL": "test@example.org" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_DATE": "2024-05-01T00:00:00Z" for role in ("AUTHOR", "COMMITTER")},
}


@dataclass(frozen=True)
class GitRepository:
    """A repository with a work tree; what serves it reads its ``.git``."""

    path: Path

    @property
    def url(self) -> str:
        return f"file://{self.path}"

    @classmethod
    def at(cls, path: Path) -> GitRepository:
        path.mkdir(parents=True)
        made = cls(path)
        made.git("init", "--quiet", "--initial-branch=main")
        return made

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],  # noqa: S607  # git of the PATH is meant
            cwd=self.path,
            env=_ENVIRONMENT,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def commit(self, files: Mapping[str, str], *, tag: str = "", annotated: str = "") -> str:
        """Commit files on the present branch, tag the commit, and return its hash."""
        for name, content in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(content).lstrip("\n"))
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "change")
        if tag:
            self.git("tag", tag)
        if annotated:
            self.git("tag", "--annotate", annotated, "--message", "release")
        return self.git("rev-parse", "HEAD")
