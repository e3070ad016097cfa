"""How much of a report a page shows, from everything to the table alone.

In: nothing. Out: the levels that a page steps down until it fits.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How much is shown; ``None`` means all of it. ``text`` is the length of any single text."""

    context: bool = True
    diff_characters: int | None = None
    listed: int | None = None
    images: int | None = None
    rows: int | None = None
    notes: int = 10
    text: int | None = None
    folds: bool = True


LEVELS = (
    Level(),
    Level(context=False),
    Level(context=False, diff_characters=800_000, listed=4_000),
    Level(context=False, diff_characters=500_000, listed=2_000),
    Level(context=False, diff_characters=200_000, listed=1_000),
    Level(context=False, diff_characters=100_000, listed=400),
    Level(context=False, diff_characters=50_000, listed=200, images=50),
    Level(context=False, diff_characters=40_000, listed=200, images=50),
    Level(context=False, diff_characters=30_000, listed=200, images=50),
    Level(context=False, diff_characters=20_000, listed=200, images=20),
    Level(context=False, diff_characters=10_000, listed=200, images=20),
    Level(context=False, diff_characters=0, listed=200, images=20),
    Level(context=False, diff_characters=0, listed=50, images=20),
    Level(folds=False, images=20),
    Level(folds=False, images=10, rows=300),
    Level(folds=False, images=10, rows=100),
    Level(folds=False, images=5, rows=20),
    Level(folds=False, images=0, rows=5),
    Level(folds=False, images=0, rows=5, notes=3, text=40),
)
"""From everything to the table alone."""
