"""Patterns: Argo CD's globs as gobwas/glob reads them, and kinds as Go's ``filepath.Match`` does."""

from __future__ import annotations

import time

import pytest

from gitops_action.application.glob import compile_file_pattern, compile_glob, matches


@pytest.mark.parametrize(
    ("pattern", "text", "separator", "is_match"),
    [
        ("", "", "", True),
        ("", "b", "", False),
        ("a*c", "a12345c", "", True),
        ("a*c", "a/c", "", True),  # without a separator, * crosses everything
        ("a*c", "a/c", "/", False),
        ("a**c", "a/b/c", "/", True),
        ("a/*", "a/", "/", True),
        ("a/*", "a/b/c", "/", False),
        ("**/c", "a/b/c", "/", True),
        ("?*?", "ac", "", True),
        ("a?c", "a/c", "/", False),
        ("[!a]*", "this", "", True),
        ("[a-c]x", "bx", "", True),
        ("[ab-z]", "-", "", True),  # no range, for it has more than two ends
        ("[\\]a]", "]", "", True),
        ("[!a]", "/", "/", True),  # a class does not heed separators
        ("{abc,abcd}a", "abcda", "", True),
        ("{*,**}{a,b}", "ac", "", False),
        ("{*.google.*,yandex.*}", "www.yandex.com", ".", False),
        ("{a,{b,c}d}", "cd", "", True),
        ("{a,b", "b", "", True),  # not closed, as Argo CD allows
        ("a,b}", "a,b}", "", True),
        (r"\*", "*", "", True),
        (r"\*", "a", "", False),
        ("*ä", "åä", "", True),
    ],
)
def test_globs(pattern: str, text: str, separator: str, is_match: bool) -> None:
    assert matches(compile_glob(pattern, separator), text) is is_match


@pytest.mark.parametrize(
    ("pattern", "text", "is_match"),
    [
        ("*", "Deployment", True),
        ("*", "", True),
        ("", "apps", False),
        ("*.k8s.io", "rbac.authorization.k8s.io", True),
        ("Cluster*", "ClusterRole", True),
        ("[A-C]luster?ole", "ClusterRole", True),
        ("[^A-B]onfig", "Config", True),
        ("[!C]onfig", "Config", True),  # ! is one of the characters
        ("[a-cx-z]", "y", True),
        ("a*b", "a/b", False),
        ("{a,b}", "a", False),
        (r"\*", "*", True),
    ],
)
def test_patterns_of_kinds(pattern: str, text: str, is_match: bool) -> None:
    assert matches(compile_file_pattern(pattern), text) is is_match


@pytest.mark.parametrize("pattern", ["e[[a*", "[", "[]", "[!]", "[b-a]", "[a-cd]", "a" * 1001, "{" * 30])
def test_a_glob_that_cannot_be_read_is_an_error(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        compile_glob(pattern)


@pytest.mark.parametrize("pattern", ["[", "[]a]", "[-]", "[x-]", "[-x]", "[a", "\\", "[\\"])
def test_a_pattern_of_kinds_that_cannot_be_read_is_an_error(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        compile_file_pattern(pattern)


def test_a_hostile_pattern_takes_time_that_grows_with_its_length_alone() -> None:
    started = time.process_time()
    assert not matches(compile_glob("{*a,**a}" * 60 + "b", "/"), "a" * 300)
    assert time.process_time() - started < 5
