"""A real checkout: the contract, and the ways in which checkouts on a runner are special."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.git import GitCheckout, open_checkout, require_checkout
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.errors import UsageError
from tests.contracts.git_contract import HISTORY, GitContract

if TYPE_CHECKING:
    from pathlib import Path

    from gitops_action.ports import Command, Completed

GIT = shutil.which("git") or "git"

IDENTITY = {
    **{
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "a"), ("EMAIL", "a@b"))
    },
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "PATH": os.environ["PATH"],
}


def git(root: Path, *arguments: str) -> str:
    allow = ("-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main")
    done = subprocess.run([GIT, *allow, *arguments], cwd=root, env=IDENTITY, check=True, capture_output=True)
    return done.stdout.decode().strip()


def commit(root: Path) -> str:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "change")
    return git(root, "rev-parse", "HEAD")


def write(root: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "--quiet")
    git(root, "remote", "add", "origin", "https://bot:ghs_secret@github.com/acme/shop")
    return root


@pytest.fixture
def commits(root: Path) -> tuple[str, str]:
    write(root, HISTORY[0])
    first = commit(root)
    for name in HISTORY[0]:
        (root / name).unlink()
    write(root, HISTORY[1])
    return first, commit(root)


def opened(root: Path) -> GitCheckout:
    return require_checkout(str(root), SubprocessProcess())


class TestGitCheckout(GitContract):
    @pytest.fixture
    def base(self, commits: tuple[str, str]) -> str:
        return commits[0]

    @pytest.fixture
    def head(self, commits: tuple[str, str]) -> str:
        return commits[1]

    @pytest.fixture
    def git(self, root: Path, commits: tuple[str, str]) -> GitCheckout:
        return opened(root)


def test_a_subdirectory_belongs_to_its_checkout(root: Path, commits: tuple[str, str]) -> None:
    assert opened(root / "apps").root == str(root)


def test_a_plain_directory_is_no_checkout(tmp_path: Path) -> None:
    assert open_checkout(str(tmp_path), SubprocessProcess()) is None
    with pytest.raises(UsageError, match="is not a Git checkout") as caught:
        require_checkout(str(tmp_path), SubprocessProcess())
    assert "actions/checkout" in caught.value.remedy
    with pytest.raises(UsageError, match="nowhere is not a directory"):
        open_checkout(str(tmp_path / "nowhere"), SubprocessProcess())


def test_a_broken_checkout_is_an_error_in_gits_words(root: Path) -> None:
    (root / ".git" / "config").write_text("[broken")

    with pytest.raises(UsageError, match="git cannot read") as caught:
        open_checkout(str(root), SubprocessProcess())
    assert "bad config" in caught.value.detail


def test_a_checkout_without_a_commit_says_so(root: Path) -> None:
    with pytest.raises(UsageError, match="has no commit yet"):
        opened(root).head()


def test_without_git_the_run_ends_with_the_remedy(
    root: Path, commits: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = opened(root)
    monkeypatch.setenv("PATH", "/nonexistent")

    with pytest.raises(UsageError, match="program 'git' is not installed") as caught:
        checkout.head()
    assert caught.value.remedy.startswith("Install git")


def test_a_shallow_clone_still_knows_the_parents_of_its_merge_commit(
    root: Path, commits: tuple[str, str], tmp_path: Path
) -> None:
    git(root, "checkout", "--quiet", "-b", "feature", commits[0])
    feature = commit(root)
    git(root, "checkout", "--quiet", "main")
    git(root, "merge", "--quiet", "--no-ff", "--message", "merge", feature)
    merge = git(root, "rev-parse", "HEAD")
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{root}", "shallow")
    shallow = opened(tmp_path / "shallow")

    assert shallow.head().commit == merge
    assert shallow.head().parents == (commits[1], feature)
    with pytest.raises(UsageError, match="not in this checkout") as caught:
        shallow.changed_files(commits[1], merge)
    assert "fetch-depth: 0" in caught.value.remedy


def test_a_detached_head_has_no_branch(root: Path, commits: tuple[str, str]) -> None:
    git(root, "checkout", "--quiet", "--detach", commits[0])

    assert opened(root).head().branch == ""


def test_changed_and_new_files_are_dirty_ignored_ones_are_not(root: Path, commits: tuple[str, str]) -> None:
    write(root, {".gitignore": b"*.log\n"})
    commit(root)
    write(root, {"apps/web.yaml": b"v: 3\n", "apps/grün mit leer.yaml": b"", "x.log": b""})
    (root / "README.md").unlink()

    assert opened(root).head().dirty == ("README.md", "apps/grün mit leer.yaml", "apps/web.yaml")


def test_nothing_of_the_checkout_is_written_not_even_its_index(root: Path, commits: tuple[str, str]) -> None:
    os.utime(root / "README.md", (1, 1))  # git would refresh its index
    paths = [path for path in root.rglob("*") if path.is_file()]
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in paths}
    checkout = opened(root)

    checkout.head()
    checkout.symlinks()
    checkout.missing_submodules()
    checkout.changed_files(*commits)

    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in root.rglob("*") if path.is_file()} == before


def test_links_are_those_of_the_index_and_new_ones(root: Path, commits: tuple[str, str]) -> None:
    (root / "tracked").symlink_to("README.md")
    write(root, {".gitignore": b"ignored\n"})
    commit(root)
    (root / "untracked").symlink_to("/etc/passwd")
    (root / "ignored").symlink_to("/etc/passwd")

    assert opened(root).symlinks() == ("tracked", "untracked")


def test_a_submodule_is_missing_until_it_is_checked_out(root: Path, commits: tuple[str, str], tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    git(library, "init", "--quiet")
    write(library, {"a.yaml": b""})
    (library / "link").symlink_to("a.yaml")
    commit(library)
    git(root, "submodule", "--quiet", "add", f"file://{library}", "vendor/library")
    commit(root)
    git(tmp_path, "clone", "--quiet", str(root), "clone")

    assert opened(root).missing_submodules() == ()
    assert opened(root).symlinks() == ("vendor/library/link",)
    assert opened(tmp_path / "clone").missing_submodules() == ("vendor/library",)


@pytest.mark.parametrize("revision", ["--output=/tmp/x", "-h", "HEAD\nHEAD", ""])
def test_a_revision_is_never_an_option(root: Path, commits: tuple[str, str], revision: str) -> None:
    with pytest.raises(UsageError):
        opened(root).changed_files(revision, commits[1])
    with pytest.raises(UsageError):
        opened(root).show(revision, "README.md")


def test_programs_that_the_checkouts_configuration_names_are_not_run(root: Path, commits: tuple[str, str]) -> None:
    script = root.parent / "evil"
    script.write_text(f"#!/bin/sh\ntouch {root.parent}/ran\n")
    script.chmod(0o755)
    git(root, "config", "core.fsmonitor", str(script))
    git(root, "config", "diff.external", str(script))
    git(root, "config", "core.pager", str(script))

    opened(root).head()
    opened(root).changed_files(*commits)

    assert not (root.parent / "ran").exists()


class _OtherOwner:
    """A process in which git takes the checkout for somebody else's, as on a runner (git's own test switch)."""

    def run(self, command: Command) -> Completed:
        environment = {**command.env, "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
        return SubprocessProcess().run(replace(command, env=environment))


def test_a_checkout_of_another_user_is_read(root: Path, commits: tuple[str, str]) -> None:
    assert require_checkout(str(root), _OtherOwner()).head().commit == commits[1]
