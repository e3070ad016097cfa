"""Versions and constraints, as Masterminds' library and Argo CD's tests of it have them."""

from __future__ import annotations

import pytest

from gitops_action.application.version import highest, nearest, parse_constraint, parse_version

TAGS = ("0.7.1", "0.5.4", "0.5.3", "0.7.2", "0.5.2", "0.5.1", "0.5.0", "2024.03-LTS-RC19")


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("> 0.5.3", "0.7.2"),
        ("> 0.0.0", "0.7.2"),
        (">0.5.0,<0.7.0", "0.5.4"),
        (">= v0.5.0 < v0.5.3", "0.5.2"),
        ("0.7.*", "0.7.2"),
        ("0.5.x", "0.5.4"),
        ("*", "0.7.2"),
        ("*-0", "2024.03-LTS-RC19"),
        ("= 0.5.3", "0.5.3"),
        ("0.5.0 - 0.5.2", "0.5.2"),
        ("0.9.x || ~0.5.1", "0.5.4"),
        ("1.x", ""),
    ],
)
def test_the_highest_version_that_satisfies_a_constraint(constraint: str, expected: str) -> None:
    parsed = parse_constraint(constraint)
    assert parsed is not None
    assert highest(parsed, TAGS) == expected


@pytest.mark.parametrize(
    ("constraint", "accepted", "refused"),
    [
        ("~1.2.3", "1.2.3 1.2.9", "1.2.2 1.3.0"),
        ("~1.2", "1.2.0 1.2.9", "1.3.0 1.1.9"),
        ("~1", "1.0.0 1.9.0", "2.0.0 0.9.0"),
        ("~>2.0", "2.0.5", "2.1.0"),
        ("~0.0.0", "0.0.0 4.5.6", ""),
        ("^1.2.3", "1.2.3 1.9.0", "2.0.0 1.2.2"),
        ("^0.2.3", "0.2.3 0.2.9", "0.3.0 1.0.0"),
        ("^0.0.3", "0.0.3", "0.0.4 0.1.0"),
        ("^0.0", "0.0.9", "0.1.0"),
        ("^0", "0.9.1", "1.0.0"),
        ("^*", "0.0.0", "1.0.0"),
        (">11", "12.0.0", "11.1.0"),
        (">11.1", "11.2.1", "11.1.1"),
        (">*", "0.0.1 3.0.0", "0.0.0"),
        ("<=11", "11.9.9", "12.0.0"),
        ("<=11.1", "11.1.9", "11.2.0 12.0.0"),
        ("<=1.2.3", "1.2.3", "1.2.4"),
        ("!=4.1", "4.2.0 5.1.0", "4.1.3"),
        ("!=4.x", "5.1.0", "4.1.0"),
        ("!=4.1.0", "4.1.1", "4.1.0"),
        ("=>1, =<2", "1.0.0 2.9.0", "3.0.0 0.9.0"),
        ("1.2.3+build.7", "1.2.3 1.2.3+other", "1.2.4"),
        (">=1.0.0", "1.0.0", "1.1.0-rc.1"),
        (">=1.0.0-0", "1.1.0-rc.1 1.0.0", "0.9.0"),
        (">=1.0.0-0 <2", "1.1.0-rc.1", "2.0.0"),
    ],
)
def test_what_satisfies_a_constraint(constraint: str, accepted: str, refused: str) -> None:
    parsed = parse_constraint(constraint)
    assert parsed is not None
    for text, expected in [*((each, True) for each in accepted.split()), *((each, False) for each in refused.split())]:
        version = parse_version(text)
        assert version is not None
        assert parsed.accepts(version) is expected, f"{constraint} and {text}"


@pytest.mark.parametrize("text", ["", "main", "release/1.x", "1.2.3.4", ">= 1 and < 2", "=", "1,", "~~1", "x" * 600])
def test_what_is_no_constraint(text: str) -> None:
    assert parse_constraint(text) is None


@pytest.mark.parametrize("text", ["", "latest", "1.2.3.4", "1.0.0-01", "v", f"{2**64}.0.0", "1." + "0" * 300])
def test_what_is_no_version(text: str) -> None:
    assert parse_version(text) is None


def test_prereleases_come_in_order_and_before_their_release() -> None:
    ordered = ["1.0.0-1", "1.0.0-2", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0"]
    assert list(reversed(nearest(reversed(ordered), count=9))) == ordered


def test_of_equal_versions_the_first_counts() -> None:
    constraint = parse_constraint("1.x")
    assert constraint is not None
    assert highest(constraint, ["1.0.0+a", "v1.0.0", "1.0"]) == "1.0.0+a"


@pytest.mark.parametrize("separator", ["  ", ", ", " , ", ","])
def test_a_long_constraint_that_is_none_is_refused_at_once(separator: str) -> None:
    assert parse_constraint(separator.join(["1"] * (500 // (len(separator) + 1))) + "!") is None
