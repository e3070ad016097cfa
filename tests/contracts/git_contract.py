"""What every ``ports.Git`` does, on a history of two commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from gitops_action.ports import Git

HISTORY = (
    {"apps/web.yaml": b"v: 1\n", "apps/old.yaml": b"x\n", "README.md": b"hello\n"},
    {"apps/web.yaml": b"v: 2\n", "apps/new.yaml": b"x\n", "README.md": b"hello\n"},
)


class GitContract:
    """Subclasses give ``git`` and the names of the two commits, ``base`` and ``head``."""

    @pytest.fixture
    def git(self) -> Git:
        raise NotImplementedError

    def test_the_head_has_its_parent_its_branch_and_nothing_dirty(self, git: Git, base: str, head: str) -> None:
        found = git.head()

        assert (found.commit, found.parents, found.branch, found.dirty) == (head, (base,), "main", ())

    def test_a_file_is_read_from_any_commit(self, git: Git, base: str) -> None:
        assert git.show(base, "apps/web.yaml") == b"v: 1\n"
        assert git.show("HEAD", "./apps/web.yaml") == b"v: 2\n"

    def test_a_file_or_directory_that_is_no_file_of_the_commit_is_none(self, git: Git, base: str) -> None:
        assert git.show(base, "apps/new.yaml") is None
        assert git.show(base, "apps") is None

    def test_changed_files_are_sorted_and_a_rename_counts_twice(self, git: Git, base: str, head: str) -> None:
        assert git.changed_files(base, head) == ("apps/new.yaml", "apps/old.yaml", "apps/web.yaml")
        assert git.changed_files(head, head) == ()

    def test_an_absent_commit_is_an_error_not_an_absent_file(self, git: Git, head: str) -> None:
        absent = "0123456789012345678901234567890123456789"
        with pytest.raises(UsageError, match=f"the commit {absent} is not in this checkout"):
            git.show(absent, "README.md")
        with pytest.raises(UsageError, match=f"the commit {absent} is not in this checkout"):
            git.changed_files(absent, head)

    def test_the_remotes_are_urls(self, git: Git) -> None:
        assert git.remotes() == ("https://github.com/acme/shop",)

    def test_a_checkout_without_links_and_submodules_has_none(self, git: Git) -> None:
        assert git.symlinks() == ()
        assert git.missing_submodules() == ()
