"""Durations: seconds from what people write, or an error that names what it was written for."""

from __future__ import annotations

import pytest

from gitops_action.duration import parse_duration
from gitops_action.errors import UsageError


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("1.5", 1.5), ("10m", 600), ("1h30m", 5400), ("500ms", 0.5), (" 2d ", 172800)]
)
def test_a_duration_is_read_in_seconds(text: str, seconds: float) -> None:
    assert parse_duration(text, name="timeout") == seconds


@pytest.mark.parametrize("text", ["", "10 m", "m", "-5m", "5x", "1h-30m", "٥m"])  # noqa: RUF001 - a digit that is none
def test_anything_else_is_an_error_that_says_where_it_was_written(text: str) -> None:
    with pytest.raises(UsageError, match="input timeout is") as error:
        parse_duration(text, name="input timeout")
    assert "10m" in error.value.remedy
