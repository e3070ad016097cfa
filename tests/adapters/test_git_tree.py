"""All files of a commit in a folder: what is checked out, and where, plays no part."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitops_action.adapters.git import require_checkout
from gitops_action.adapters.git_history import History, open_history
from gitops_action.adapters.git_tree import extract
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.errors import UsageError
from tests.github_server.checkout import GitRepository, git


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    files = {"web/plain.yaml": "old\n", "web/[odd] name.yaml": "odd\n", "gone.yaml": "gone\n"}
    repository = GitRepository.create(tmp_path / "checkout", files)
    Path(repository.path, "link").symlink_to("web")
    git(repository.path, "add", "link")
    git(repository.path, "commit", "--quiet", "--message", "Link")
    return repository


def history(repository: GitRepository) -> History:
    checkout = require_checkout(str(repository.path), SubprocessProcess())
    return open_history(checkout, git(repository.path, "rev-parse", "HEAD"), None)


def written(folder: Path) -> dict[str, str]:
    """Return what lies in a folder: each file's text, each link's target."""
    return {
        path.relative_to(folder).as_posix(): f"→ {path.readlink()}" if path.is_symlink() else path.read_text()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def test_the_files_of_the_commit_are_written_and_the_checkout_stays_as_it_is(
    repository: GitRepository, tmp_path: Path
) -> None:
    before = history(repository)
    repository.commit({"web/plain.yaml": "new\n", "gone.yaml": None, "come.yaml": "new\n"}, message="Change")
    Path(repository.path, "web/plain.yaml").write_text("dirty\n")
    status = git(repository.path, "status", "--porcelain")
    folder = tmp_path / "base"
    folder.mkdir()

    extract(before, str(folder))

    assert written(folder) == {
        "web/plain.yaml": "old\n", "web/[odd] name.yaml": "odd\n", "gone.yaml": "gone\n", "link": "→ web",
    }  # fmt: skip
    assert git(repository.path, "status", "--porcelain") == status


def test_no_filter_of_the_repository_runs(repository: GitRepository, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    repository.commit({".gitattributes": "*.yaml filter=evil\n"}, message="Filter")
    git(repository.path, "config", "filter.evil.smudge", f"touch {mark}; cat")
    folder = tmp_path / "base"
    folder.mkdir()

    extract(history(repository), str(folder))

    assert (folder / "web/plain.yaml").read_text() == "old\n"
    assert not mark.exists()


def test_a_commit_that_is_not_whole_is_an_error(repository: GitRepository, tmp_path: Path) -> None:
    before = history(repository)
    blob = git(repository.path, "rev-parse", "HEAD:gone.yaml")
    Path(repository.path, ".git", "objects", blob[:2], blob[2:]).unlink()
    with pytest.raises(UsageError, match="cannot be read"):
        extract(before, str(tmp_path))
