"""What a ``targetRevision`` means by the refs of a repository (RND-1 to RND-7)."""

from __future__ import annotations

import pytest

from gitops_action.application.revision import ResolvedRevision, parse_refs, resolve_revision, revisions_offered
from gitops_action.errors import UsageError


def _hash(digit: str) -> str:
    return digit * 40


LISTING = f"""\
{_hash("a")}\tHEAD
{_hash("b")}\trefs/heads/1.x
{_hash("c")}\trefs/heads/both
{_hash("a")}\trefs/heads/main
{_hash("d")}\trefs/pull/7/head
{_hash("e")}\trefs/tags/both
{_hash("f")}\trefs/tags/latest
{_hash("1")}\trefs/tags/prod/v1.0.1
{_hash("2")}\trefs/tags/prod/v1.1.0
{_hash("3")}\trefs/tags/v1.0
{_hash("4")}\trefs/tags/v1.1.0
{_hash("5")}\trefs/tags/v1.1.0^{{}}
{_hash("6")}\trefs/tags/v2.0.0
"""
REFS = parse_refs(LISTING)


@pytest.mark.parametrize(
    ("revision", "commit", "ref"),
    [
        (_hash("9"), _hash("9"), ""),
        ("", _hash("a"), "HEAD"),
        ("HEAD", _hash("a"), "HEAD"),
        ("main", _hash("a"), "refs/heads/main"),
        ("refs/heads/main", _hash("a"), "refs/heads/main"),
        ("pull/7/head", _hash("d"), "refs/pull/7/head"),
        ("both", _hash("c"), "refs/heads/both"),
        ("latest", _hash("f"), "refs/tags/latest"),
        ("v1.0", _hash("3"), "refs/tags/v1.0"),
        ("v1.1.0", _hash("5"), "refs/tags/v1.1.0"),
        ("v1.*", _hash("5"), "refs/tags/v1.1.0"),
        (">=1", _hash("6"), "refs/tags/v2.0.0"),
        ("*", _hash("6"), "refs/tags/v2.0.0"),
        ("abcdef0", "abcdef0", ""),
    ],
)
def test_a_revision_is_a_commit(revision: str, commit: str, ref: str) -> None:
    assert resolve_revision(revision, REFS) == ResolvedRevision(commit=commit, ref=ref)


@pytest.mark.parametrize("revision", ["gone", "9.x", "1.1.0", "abcdef", "heads/main"])
def test_a_revision_that_is_not_there(revision: str) -> None:
    assert resolve_revision(revision, REFS) is None


def test_a_constraint_without_a_tag_is_looked_for_by_its_own_name() -> None:
    refs = {ref: commit for ref, commit in REFS.items() if not ref.startswith("refs/tags/")}
    assert resolve_revision("1.x", refs) == ResolvedRevision(commit=_hash("b"), ref="refs/heads/1.x")


@pytest.mark.parametrize(
    ("revision", "ref"),
    [("v1.*", "refs/tags/prod/v1.1.0"), ("v1.0.1", "refs/tags/prod/v1.0.1"), ("main", "refs/heads/main")],
)
def test_a_prefix_chooses_among_the_tags(revision: str, ref: str) -> None:
    found = resolve_revision(revision, REFS, tag_prefix="prod/")
    assert found is not None
    assert found.ref == ref


def test_a_message_can_offer_what_there_is() -> None:
    assert revisions_offered(REFS) == "its highest versions are v2.0.0, v1.1.0, v1.0"
    assert revisions_offered({"refs/heads/main": _hash("a")}) == "its branches are main"


def test_what_is_no_listing_is_refused() -> None:
    assert parse_refs(f"ref: refs/heads/main\tHEAD\n{_hash('a')}\tHEAD\n\n") == {"HEAD": _hash("a")}
    with pytest.raises(UsageError, match="line 2 is not of the form"):
        parse_refs(f"{_hash('a')}\tHEAD\nfatal: not found\n")
