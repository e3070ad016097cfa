"""The globs of git files match what git itself matches; the others what Go's and doublestar's rules say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.applicationset.glob import directory, doublestar, pathspec
from tests.github_server.checkout import GitRepository, git

if TYPE_CHECKING:
    from pathlib import Path

PATHS = [
    "a.yaml",
    "c/.h/a.yaml",
    "c/[x]/a",
    "c/]",
    "c/^",
    "c/a-b",
    "c/a.yaml",
    "c/ab",
    "c/d/a.yaml",
    "c/d/b.json",
    "c/{a,b}/q",
    "cc/A.yaml",
]
PATTERNS = [
    *(
        "*",
        "**",
        "?",
        "c",
        "c/",
        "./c/d",
        "c/*",
        "c/*/",
        "**/",
        "c/**/a.yaml",
        "**/*.yaml",
        "*.{yaml,json}",
        "c/{a,b}/*",
    ),
    *("c/[ab]*", "c/[!a]*", "c/[^a]", "c/[]]", "c/[]a]b", "c/[a-c]*", "c/a[-]b", "c/[[:alpha:]]b", "*[[:upper:]].yaml"),
    *("c/[", "c/\\[x\\]/a", "c/[x]/a", "c\\/ab", "c/[a/]b", "[a-c][^a][^a]", "*a*a*", "c/[b-a]b", "c/[\\]]", "\\"),
]


def test_pathspecs_match_what_git_matches(tmp_path: Path) -> None:
    repository = GitRepository.create(tmp_path / "repository", dict.fromkeys(PATHS, "x"))
    for pattern in PATTERNS:
        listed = git(repository.path, "ls-files", "-z", "--", pattern).split("\0")
        assert [path for path in PATHS if pathspec(pattern)(path)] == sorted(filter(None, listed)), pattern


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("[!a]", "!", True),  # as Go has it: only ^ negates
        ("[^a]", "b", True),
        ("[]a]", "a", False),
        ("[-a]", "a", False),
        ("a\\*", "a*", True),
        ("a*", "a/b", False),
        ("{a,b}", "a", False),
    ],
)
def test_directories_match_as_go_matches_paths(pattern: str, path: str, matches: bool) -> None:
    assert directory(pattern)(path) is matches


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("**", "a/b", True),
        ("**/b", "b", True),
        ("a/**", "a/b/c", True),
        ("a/**/c", "a/c", True),
        ("{a/b,c}/d", "a/b/d", True),
        ("{a,{b,c}}", "c", True),
        ("[!a]", "b", True),
        ("[^a]", "b", True),
        ("a\\{b", "a{b", True),
        ("a/../b", "b", True),
        ("*/b", "b", False),
        ("a*", "a/b", False),
    ],
)
def test_the_new_globbing_knows_two_stars_and_alternatives(pattern: str, path: str, matches: bool) -> None:
    assert doublestar(pattern)(path) is matches
