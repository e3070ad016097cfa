"""The record: what a sync leaves behind, written and read back, and refused where it cannot be trusted."""

from __future__ import annotations

import base64
from dataclasses import replace

import orjson
import pytest

from gitops_action.application.application import Application, Destination
from gitops_action.errors import Refused
from gitops_action.resource import Resource, ResourceKey
from gitops_action.sync.record import Record, decode, encode, load_record, record_name, save_record, united
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
    assert decode(encode(RECORD, WEB)) == RECORD


def test_it_lives_beside_the_objects_untracked_under_a_name_that_is_unique_and_readable() -> None:
    secret = encode(RECORD, WEB)
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
    with pytest.raises(Refused, match=r"schema 2, this version reads up to 1") as error:
        decode(_secret(b'{"schema": 2}'))
    assert error.value.remedy


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"not json", b'{"schema": 1}'])
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


def _secret(content: bytes) -> Resource:
    secret = encode(RECORD, WEB)
    return Resource({**secret.object, "data": {"record": base64.b64encode(content).decode()}})
