"""What our last sync sent, found in the record."""

from __future__ import annotations

from gitops_action.commands.applied_before import AppliedBefore
from gitops_action.sync.record import Operation, Record
from gitops_action.sync.record_format import packed
from tests.comparison.objects import resource

OLD = resource("{apiVersion: v1, kind: ConfigMap, metadata: {name: web, namespace: shop}, data: {a: old}}")
NEW = resource("{apiVersion: v1, kind: ConfigMap, metadata: {name: web, namespace: shop}, data: {a: new}}")


def test_the_newest_targets_that_the_record_keeps_tell() -> None:
    kept = dict([packed([OLD]), packed([NEW])])
    digests = [*reversed(kept)]
    operations = (
        Operation(id=3, revision="c", phase="Succeeded"),
        *(Operation(id=2 - n, revision="b", phase="Succeeded", targets=digest) for n, digest in enumerate(digests)),
    )
    record = Record(application="shop", phase="Succeeded", operations=operations, targets=kept)
    found = AppliedBefore(record)(NEW.key)
    assert found is not None
    assert found.object == NEW.object
    assert AppliedBefore(record)(OLD.with_namespace("other").key) is None


def test_without_a_record_or_with_a_damaged_one_nothing_is_known() -> None:
    damaged = Record(
        application="shop",
        phase="Succeeded",
        operations=(Operation(id=1, revision="a", phase="Succeeded", targets="d"),),
        targets={"d": b"no gzip"},
    )
    assert [AppliedBefore(record)(NEW.key) for record in (None, damaged)] == [None, None]
