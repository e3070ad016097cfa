"""Spellings that the server surely normalizes, and those about which nothing is said (W-11, W-12)."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_action.comparison.quantity import canonical_base64, canonical_quantity


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        ("1000", "1k"), ("1024Mi", "1Gi"), ("0.5", "500m"), ("1.5Gi", "1536Mi"), ("512Ki", "512Ki"),
        ("1000m", "1"), ("1500m", "1500m"), ("0.001", "1m"),
        ("0", "0"), ("0Gi", "0"), ("1000k", "1M"), ("0.5Ki", "512"),
        ("1536", "1536"), ("1.5Ki", "1536"), ("1024", "1024"), ("1024Ki", "1Mi"),
        ("9223372036854775807", "9223372036854775807"),
        (2, "2"), (0.5, "500m"),
        (1000, "1k"), ("100", "100"), ("1.10", "1100m"), ("7Ei", "7Ei"),
    ],
)  # fmt: skip
def test_canonical_forms(value: Any, canonical: str) -> None:
    assert canonical_quantity(value) == canonical


@pytest.mark.parametrize(
    "value",
    [
        "1e3", "1E3", "01", "+1", "-1", "5.", ".5", "", " 1", "1 ", "0.0001", "1u", "1n", "1.1Gi", "8Ei", "1Zi", "1K",
        "ki", "9223372036854775808", "99999999999999999999", "1\n", "\u0661", True, None, [], {}, 1e30, float("inf"),
    ],
)  # fmt: skip
def test_what_is_not_certain_has_no_canonical_form(value: Any) -> None:
    assert canonical_quantity(value) is None


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        ("aGVsbG8=", "aGVsbG8="),
        ("aGVs\r\nbG8=\n", "aGVsbG8="),
        ("", ""),
        ("aGVsbG8", None),
        ("a b=", None),
        ("ä", None),
        (1, None),
    ],
)
def test_base64(value: Any, canonical: str | None) -> None:
    assert canonical_base64(value) == canonical
