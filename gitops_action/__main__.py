"""``python -m gitops_action``."""

from gitops_action.cli import entry

entry()
