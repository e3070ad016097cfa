"""A small GitHub of our own, held to GitHub's API description, for tests and for ``make demo``."""
