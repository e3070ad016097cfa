"""From which commit a push counts what it touches: that of the last sync which succeeded."""

from __future__ import annotations

from gitops_action.commands.run_affected import deployed_revision
from gitops_action.sync.record import Operation, Record


def _operation(number: int, phase: str) -> Operation:
    return Operation(id=number, revision=f"r{number}", phase=phase)


def test_the_last_sync_counts_if_it_succeeded() -> None:
    assert deployed_revision(Record(application="web", phase="Succeeded", revision="r9")) == "r9"


def test_otherwise_the_newest_operation_that_did() -> None:
    operations = (_operation(3, "Failed"), _operation(2, "Succeeded"), _operation(1, "Succeeded"))
    assert deployed_revision(Record(application="web", phase="Failed", revision="r3", operations=operations)) == "r2"


def test_what_never_succeeded_was_never_deployed() -> None:
    assert deployed_revision(None) == ""
    assert deployed_revision(Record(application="web", phase="Failed", revision="r1")) == ""
