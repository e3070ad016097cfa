"""The object that is sent, whatever the manifest looks like."""

from __future__ import annotations

from gitops_action.comparison.prepare import prepare
from tests.comparison.objects import api_kind, named, parse

SECRET = api_kind("v1", "Secret", "secrets", has_status=False)


def secret(content: str) -> object:
    prepared = prepare(named("v1", "Secret", parse(content)), SECRET).object
    return {name: value for name, value in prepared.items() if name not in ("apiVersion", "kind", "metadata")}


def test_w12_string_data_is_folded_into_data_where_it_wins() -> None:
    assert secret("data: {a: eA==, b: eA==}\nstringData: {b: hello, c: ''}") == {
        "data": {"a": "eA==", "b": "aGVsbG8=", "c": ""}
    }


def test_w12_what_is_no_text_stays_unencoded_for_the_server_to_refuse() -> None:
    assert secret("stringData: {a: 1, b: [x]}") == {"data": {"a": 1, "b": ["x"]}}


def test_w12_a_null_value_is_the_empty_text() -> None:
    assert secret("data: {a: null}\nstringData: {b: null}") == {"data": {"a": "", "b": ""}}


def test_w12_base64_is_sent_in_one_line_and_what_is_no_base64_as_it_is() -> None:
    assert secret('data: {a: "aGVs\\r\\nbG8=", unpadded: aGVsbG8}') == {
        "data": {"a": "aGVsbG8=", "unpadded": "aGVsbG8"}
    }
    config = named("v1", "ConfigMap", parse('binaryData: {a: "aGVs\\nbG8="}\ndata: {text: "aGVs\\nbG8="}'))
    assert prepare(config, None).object["binaryData"] == {"a": "aGVsbG8="}
    assert prepare(config, None).object["data"] == {"text": "aGVs\nbG8="}


def test_w12_empty_maps_and_malformed_ones_are_left_to_the_server() -> None:
    assert secret("stringData: {}") == {}
    assert secret("data: {}") == {"data": {}}
    assert secret("stringData: text") == {"stringData": "text"}
    assert secret("data: [a]\nstringData: {a: b}") == {"data": ["a"], "stringData": {"a": "b"}}


def test_w14_a_null_creation_timestamp_goes_and_status_where_it_is_a_subresource() -> None:
    target = named(
        "apps/v1", "Deployment", parse("metadata: {creationTimestamp: null}\nstatus: {replicas: 1}\nspec: {}")
    )
    metadata = {"name": "web", "namespace": "shop"}
    sent = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {}}
    deployment = api_kind("apps/v1", "Deployment", "deployments")
    assert prepare(target, deployment).object == sent
    assert prepare(target, SECRET).object == {**sent, "status": {"replicas": 1}}
    assert target.object["metadata"]["creationTimestamp"] is None
    assert "status" in target.object
