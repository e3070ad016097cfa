"""What git says has changed: every kind of entry, with its old content."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.git import GitCheckout
from gitops_action.adapters.git_changes import EntryChange, changes, first_parent, old_contents
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.errors import UsageError
from tests.affected.test_command import Repository

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.write({"äöü name.yaml": "old\n", "gone.yaml": "gone\n", "same.yaml": "same\n"})
    (tmp_path / "link").symlink_to("same.yaml")
    _submodule(made, "1")
    made.commit({})
    return made


def _submodule(repository: Repository, digit: str) -> None:
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{digit * 40},vendor")
    (repository.place / "vendor").mkdir(exist_ok=True)


def _checkout(repository: Repository) -> GitCheckout:
    return GitCheckout(root=str(repository.place), process=SubprocessProcess())


def _edit(repository: Repository) -> None:
    repository.write({"äöü name.yaml": "new\n", "gone.yaml": None, "added.yaml": "x\n", "link": None})
    (repository.place / "link").symlink_to("added.yaml")


def _facts(found: tuple[EntryChange, ...]) -> list[tuple[str, bool, bool, bool]]:
    return [(each.path, bool(each.blob), each.was_link, each.is_container) for each in found]


def test_two_commits_are_compared_entry_by_entry(repository: Repository) -> None:
    _edit(repository)
    _submodule(repository, "2")
    repository.commit({})
    checkout = _checkout(repository)

    found = changes(checkout, first_parent(checkout), "HEAD")

    assert _facts(found) == [
        ("added.yaml", False, False, False),
        ("gone.yaml", True, False, False),
        ("link", True, True, True),
        ("vendor", False, False, True),
        ("äöü name.yaml", True, False, False),
    ]
    assert old_contents(checkout, found) == {
        "gone.yaml": b"gone\n",
        "link": b"same.yaml",
        "äöü name.yaml": b"old\n",
    }


def test_the_work_tree_is_compared_with_its_new_files_and_without_ignored_ones(repository: Repository) -> None:
    _edit(repository)
    repository.write({".git/info/exclude": "ignored\n", "ignored": "", "nested/.git/HEAD": "ref: refs/heads/main\n"})
    repository.git("init", "--quiet", "nested")
    (repository.place / "same.yaml").touch()  # another time, the same content

    assert _facts(changes(_checkout(repository), "HEAD")) == [
        ("added.yaml", False, False, False),
        ("gone.yaml", True, False, False),
        ("link", True, True, True),
        ("nested", False, False, True),
        ("äöü name.yaml", True, False, False),
    ]


def test_nothing_changed_has_no_contents(repository: Repository) -> None:
    checkout = _checkout(repository)

    assert changes(checkout, "HEAD", "HEAD") == ()
    assert old_contents(checkout, ()) == {}


def test_an_absent_commit_is_an_error_with_the_remedy(repository: Repository) -> None:
    with pytest.raises(UsageError, match="fetch-depth: 0"):
        changes(_checkout(repository), "0123456789" * 4)
