"""An operation: comparison → ordered tasks → apply, prune, hooks and health, wave after wave."""
