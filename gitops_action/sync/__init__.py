"""An operation: comparison → ordered tasks → apply, prune, hooks and health, wave after wave."""

from gitops_action.sync.options import Adopt, PruneLimit, SyncOptions
from gitops_action.sync.perform import sync
from gitops_action.sync.refuse import is_needed

__all__ = ["Adopt", "PruneLimit", "SyncOptions", "is_needed", "sync"]
