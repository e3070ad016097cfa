"""Exit codes: of many applications the gravest decides."""

from __future__ import annotations

import pytest

from gitops_action.errors import ExitCode, GitOpsError, Refused


@pytest.mark.parametrize(
    ("codes", "worst"),
    [
        ((), 0),
        ((0, 1), 1),
        ((1, 8), 8),
        ((8, 9), 9),
        ((9, 6), 6),
        ((6, 3), 3),
        ((3, 5), 5),
        ((5, 4), 4),
        ((4, 7), 7),
        ((7, 2), 2),
        ((2, 130), 130),
        ((130, 70), 70),
    ],
)
def test_of_two_codes_the_graver_one_decides(codes: tuple[int, ...], worst: int) -> None:
    assert ExitCode.worst(map(ExitCode, codes)) == worst
    assert ExitCode.worst(map(ExitCode, reversed(codes))) == worst


def test_an_error_says_what_failed_the_words_of_who_refused_and_what_to_do() -> None:
    error = Refused("web: not synced", detail="Deployment shop/web", remedy="Rename it.")
    assert str(error) == "web: not synced\nDeployment shop/web\nRename it."
    assert (GitOpsError.exit_code, error.exit_code) == (ExitCode.BUG, ExitCode.REFUSED)
