"""The record: what a sync leaves behind, written and read back, and refused where it cannot be trusted."""

from __future__ import annotations

import base64
import random
from dataclasses import replace

import orjson
import pytest

from gitops_action.application.application import Application, Destination
from gitops_action.errors import Refused
from gitops_action.resource import Resource, ResourceKey
from gitops_action.sync.record import (
    Operation,
    OperationKind,
    Owner,
    Record,
    RecordedSource,
    record_name,
    record_namespace,
    united,
)
from gitops_action.sync.record_format import decode, encode, packed, unpacked
from gitops_action.sync.record_store import load_record, save_record
from tests.fakes import FakeCluster

WEB = Application(name="web", destination=Destination(namespace="shop"))
RECORD = Record(
    application="web",
    phase="Succeeded",
    revision="9b71e04" + "0" * 33,
    inventory=(ResourceKey("", "Service", "shop", "web"), ResourceKey("apps", "Deployment", "shop", "web")),
    run_url="https://github.com/acme/platform/actions/runs/1",
    started=1.0,
    finished=2.5,
)


def test_a_record_is_read_back_as_it_was_written() -> None:
    assert decode(encoded(RECORD)) == RECORD


def test_it_lives_beside_the_objects_untracked_under_a_name_that_is_unique_and_readable() -> None:
    secret = encoded(RECORD)
    assert (secret.namespace, secret.name) == ("shop", record_name(WEB))
    assert secret.name.startswith("gitops-action.web-")
    assert not secret.annotations
    assert record_name(WEB) != record_name(replace(WEB, destination=Destination(namespace="other")))
    assert len(record_name(replace(WEB, name="w" * 253))) <= 253


def test_a_record_written_by_the_first_version_is_still_read() -> None:
    stored = {
        "schema": 1,
        "application": "web",
        "phase": "Running",
        "revision": "abc",
        "runUrl": "",
        "started": 1.0,
        "finished": 0.0,
        "inventory": [["", "Service", "shop", "web"]],
    }
    assert decode(_secret(orjson.dumps(stored))) == Record(
        application="web",
        phase="Running",
        revision="abc",
        inventory=(ResourceKey("", "Service", "shop", "web"),),
        started=1.0,
    )


def test_a_record_of_a_newer_version_is_refused_and_names_both_schemas() -> None:
    with pytest.raises(Refused, match=r"schema 3, this version reads up to 2") as error:
        decode(_secret(b'{"schema": 3}'))
    assert error.value.remedy


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"not json", b'{"schema": 1}', b'{"schema": 2}'])
def test_a_damaged_record_is_refused_for_to_go_on_would_forget_what_is_to_be_pruned(content: bytes) -> None:
    with pytest.raises(Refused, match=r"record shop/gitops-action.web-\w+ cannot be read"):
        decode(_secret(content))


def test_it_is_saved_and_loaded_through_a_cluster_whose_namespace_does_not_exist_yet() -> None:
    cluster = FakeCluster()
    assert load_record(WEB, cluster) is None
    save_record(RECORD, WEB, cluster)
    assert load_record(WEB, cluster) == RECORD
    save_record(replace(RECORD, phase="Failed"), WEB, cluster)
    assert load_record(WEB, cluster) == replace(RECORD, phase="Failed")


def test_inventories_are_united_without_repetition() -> None:
    one, two = RECORD.inventory
    assert united((two,), (one, two)) == (one, two)


OPERATION = Operation(
    id=4,
    revision="9b71e04" + "0" * 33,
    phase="Succeeded",
    message="successfully synced (all tasks run)",
    health="Healthy",
    initiator="octocat",
    is_automated=True,
    approvals=("pull request #7",),
    sources=(RecordedSource(repo_url="https://github.com/acme/platform.git", target_revision="main", path="web"),),
    run_url="https://github.com/acme/platform/actions/runs/1",
    started=1.0,
    finished=2.5,
)
TARGETS = (Resource({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"a": "1"}}),)


def kept(*sizes: int) -> Record:
    """Return a record with as many operations, newest first, whose targets have these sizes."""
    operations = tuple(replace(OPERATION, id=9 - place, targets=f"{place}") for place in range(len(sizes)))
    return replace(RECORD, operations=operations, targets={f"{n}": bytes(size) for n, size in enumerate(sizes)})


def test_operations_their_owner_and_what_they_rendered_are_read_back() -> None:
    digest, zipped = packed(TARGETS)
    record = replace(
        RECORD,
        namespace="argocd",
        destination_namespace="shop",
        owner=Owner(repository_id=7, repository="github.com/acme/platform", path="apps/web.yaml"),
        cluster_uid="a-uid",
        operations=(replace(OPERATION, targets=digest, kind=OperationKind.ROLLBACK, rolled_back_to=1), OPERATION),
        targets={digest: zipped},
        heals=2,
        healed=3.0,
        finalizers=("resources-finalizer.argocd.argoproj.io",),
        sync_options=("Delete=false",),
    )
    found = decode(encoded(record))
    assert found == record
    assert unpacked(found.targets[digest]) == TARGETS


def test_a_secret_that_is_full_drops_the_oldest_targets_first_and_never_the_operations() -> None:
    found = decode(encoded(kept(400_000, 400_000, 400_000)))
    assert [(each.id, each.targets) for each in found.operations] == [(9, "0"), (8, "1"), (7, "")]
    assert sorted(found.targets) == ["0", "1"]


def test_what_was_rendered_twice_is_kept_once() -> None:
    record = replace(kept(600_000), operations=(replace(OPERATION, targets="0"), replace(OPERATION, targets="0")))
    assert [each.targets for each in decode(encoded(record)).operations] == ["0", "0"]


def test_targets_that_are_too_large_are_not_kept() -> None:
    noise = base64.b64encode(random.Random(1).randbytes(800_000)).decode()  # noqa: S311 - the same bytes each time
    digest, zipped = packed([Resource({"data": {"noise": noise}})])
    assert (bool(digest), zipped) == (True, b"")


def test_an_inventory_that_is_large_is_zipped_so_that_the_secret_stays_below_its_limit() -> None:
    inventory = tuple(ResourceKey("", "ConfigMap", "shop", f"settings-{n:06}") for n in range(20_000))
    record = replace(RECORD, inventory=inventory)
    secret = encoded(record)
    assert sum(len(base64.b64decode(text)) for text in secret.object["data"].values()) < 1_000_000
    assert decode(secret) == record


@pytest.mark.parametrize("damage", [b"", b"not gzip", packed(TARGETS)[1][:-9]])
def test_targets_that_are_damaged_cannot_be_rolled_back_to(damage: bytes) -> None:
    with pytest.raises(Refused, match="the rendered targets in the record cannot be read"):
        unpacked(damage)


def test_records_may_live_in_one_namespace_of_their_own() -> None:
    cluster = FakeCluster()
    save_record(RECORD, WEB, cluster, "state")
    assert load_record(WEB, cluster) is None
    assert load_record(WEB, cluster, "state") == RECORD


def encoded(record: Record) -> Resource:
    return encode(record, name=record_name(WEB), namespace=record_namespace(WEB))


def _secret(content: bytes) -> Resource:
    secret = encoded(RECORD)
    return Resource({**secret.object, "data": {"record": base64.b64encode(content).decode()}})
