"""Which of two commits came first: known from the checkout, or fetched where actions/checkout left one commit alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitops_action.adapters.git import GitCheckout, require_checkout
from gitops_action.adapters.git_ancestry import came_before
from gitops_action.adapters.git_history import Origin
from gitops_action.errors import UsageError
from tests.adapters.test_git_history import Recorded, snapshot
from tests.github_server.checkout import GitRepository, checkout_branch, git

ABSENT = "0123456789" * 4


@pytest.fixture
def server(tmp_path: Path) -> GitRepository:
    """Three commits on main, ``side`` that left after the first, and a branch for each."""
    server = GitRepository.create(tmp_path / "octo-org" / "shop", {"a": "1"})
    git(server.path, "branch", "one")
    for number, name in enumerate(("two", "three"), start=2):
        at(server, number, branch="main", name=name)
    git(server.path, "checkout", "--quiet", "-b", "side", "one")
    at(server, 4, branch="side", name="aside")
    return server


def at(server: GitRepository, number: int, *, branch: str, name: str) -> None:
    server.commit({"a": str(number)}, message=name, branch=branch)
    git(server.path, "branch", name)


@pytest.fixture
def process() -> Recorded:
    return Recorded()


def origin(server: GitRepository) -> Origin:
    return Origin(server_url=f"file://{server.path.parents[1]}", repository="octo-org/shop")


def shallow(server: GitRepository, branch: str, process: Recorded) -> GitCheckout:
    folder = server.path.parents[1] / f"workspace-{branch}"
    checkout_branch(server, branch, folder)
    return require_checkout(str(folder), process)


CASES = [
    ("one", "three", True),
    ("two", "three", True),
    ("three", "one", False),
    ("three", "two", False),
    ("three", "three", False),
    ("aside", "three", False),
    ("three", "aside", False),
]


@pytest.mark.parametrize(("older", "newer", "expected"), CASES)
def test_with_all_of_the_history_nothing_is_fetched(
    older: str, newer: str, expected: bool, server: GitRepository, process: Recorded
) -> None:
    whole = require_checkout(str(server.path), process)
    assert came_before(whole, server.resolve(older), server.resolve(newer), None) is expected
    assert " fetch " not in process.arguments


@pytest.mark.parametrize(("older", "newer", "expected"), CASES)
def test_of_a_checkout_of_one_commit_the_history_between_is_fetched_and_the_checkout_stays_as_it_is(
    older: str, newer: str, expected: bool, server: GitRepository, process: Recorded
) -> None:
    checkout = shallow(server, older, process)
    before = snapshot(Path(checkout.root))
    assert came_before(checkout, server.resolve(older), server.resolve(newer), origin(server)) is expected
    assert snapshot(Path(checkout.root)) == before


def test_the_commit_before_is_known_without_a_fetch(server: GitRepository, process: Recorded) -> None:
    checkout = shallow(server, "three", process)
    assert came_before(checkout, server.resolve("three"), server.resolve("two"), None) is False
    assert " fetch " not in process.arguments


def test_where_nobody_can_tell_it_says_so(server: GitRepository, process: Recorded) -> None:
    checkout = shallow(server, "one", process)
    with pytest.raises(UsageError, match=f"commit {ABSENT} cannot be read"):
        came_before(checkout, server.resolve("one"), ABSENT, origin(server))
    with pytest.raises(UsageError, match="cannot be read"):
        came_before(checkout, server.resolve("one"), server.resolve("three"), None)


@pytest.mark.parametrize(("older", "newer", "expected"), CASES)
def test_a_checkout_without_files_is_as_good(
    older: str, newer: str, expected: bool, server: GitRepository, process: Recorded
) -> None:
    folder = server.path.parents[1] / "partial"
    git(server.path, "config", "uploadpack.allowFilter", "true")
    git(server.path, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(server.path, "branch", "tip", server.resolve(older))
    source = f"file://{server.path}"
    git(server.path, "clone", "--quiet", "--filter=blob:none", "--depth=1", "--branch=tip", source, str(folder))
    checkout = require_checkout(str(folder), process)
    assert came_before(checkout, server.resolve(older), server.resolve(newer), origin(server)) is expected
