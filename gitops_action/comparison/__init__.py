"""Targets against live objects: what differs, what an apply would do, and what must not be shown."""
