"""One file a verb, wiring the stages top to bottom."""
