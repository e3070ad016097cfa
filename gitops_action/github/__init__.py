"""GitHub's events, and the comment's identity: decisions only, no requests."""
