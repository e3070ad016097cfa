"""The tables behind the comparison on the client, against the API server that they were read from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from gitops_action.comparison.defaults import default_of
from gitops_action.comparison.field_types import built_in, type_of
from gitops_action.comparison.json_path import ABSENT
from gitops_action.comparison.schema import Schema
from gitops_action.comparison.strict import same
from gitops_action.comparison.trail import escaped
from tests.comparison.conftest import TESTDATA
from tests.comparison.objects import resources
from tools.field_types import FILE, field_types

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.adapters.cluster import ApiServer
    from gitops_action.comparison.field_types import FieldType
    from tools.cluster import Cluster


def test_the_table_of_fields_is_what_the_api_server_publishes(cluster: Cluster) -> None:
    assert orjson.loads(FILE.read_bytes()) == field_types(cluster.request("GET", "/openapi/v2"))


def test_a_default_is_what_the_api_server_fills_in(api: ApiServer, namespace: str) -> None:
    wrong: list[str] = []
    known: set[str] = set()
    for target in resources((TESTDATA / "silent.yaml").read_text()):
        kind = api.catalog().kinds[target.api_version, target.kind]
        placed = target.with_namespace(namespace if kind.namespaced else "")
        answer = api.create(kind, placed, dry_run=True)
        name = f"{target.api_version if target.group else f'/{target.api_version}'}/{target.kind}"
        for path, parent, value in _filled(target.object, answer.object, ""):
            default = default_of(name, path, parent)
            if default is not ABSENT:
                known.add(path.rpartition("/")[2])
                wrong += [] if same(default, value) else [f"{name}{path}: {value} and not {default}"]
    assert wrong == []
    assert len(known) > 40, sorted(known)


def _filled(target: Any, answer: Any, path: str) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Yield each field that only the answer has, with the map of the target that it is missing from."""
    if isinstance(target, dict) and isinstance(answer, dict):
        for name, value in answer.items():
            where = f"{path}/{escaped(name)}"
            if name in target:
                yield from _filled(target[name], value, where)
            elif where != "/status" and not where.startswith("/metadata/"):
                yield where, target, value
    elif isinstance(target, list) and isinstance(answer, list):
        for item, other in zip(target, answer, strict=False):
            yield from _filled(item, other, f"{path}/*")


def at(api_version: str, kind: str, *names: str) -> FieldType:
    found = built_in(api_version, kind)
    assert found is not None
    for name in names:
        found = found.items if name == "*" else found.field(name)
    return found


CONTAINER = ("apps/v1", "Deployment", "spec", "template", "spec", "containers", "*")


@pytest.mark.parametrize(
    ("field", "keys"),
    [
        (CONTAINER[:-1], ("name",)),
        ((*CONTAINER, "ports"), ("containerPort", "protocol")),
        ((*CONTAINER, "volumeMounts"), ("mountPath",)),
        ((*CONTAINER, "args"), ()),
        (("v1", "Service", "spec", "ports"), ("port", "protocol")),
    ],
)
def test_items_of_lists_are_told_apart_as_kubernetes_does(field: tuple[str, ...], keys: tuple[str, ...]) -> None:
    found = at(*field)
    assert (found.is_list, found.keys, found.is_atomic) == (True, keys, not keys)


def test_what_is_one_value_what_is_a_set_and_what_is_a_quantity() -> None:
    assert at("apps/v1", "Deployment", "spec", "selector").is_atomic
    assert at("v1", "Service", "spec", "selector").is_atomic
    assert not at("v1", "ConfigMap", "data").is_atomic
    assert at("v1", "Pod", "metadata", "finalizers").is_set
    assert at(*CONTAINER, "resources", "limits", "memory").is_quantity
    assert not at("v1", "ConfigMap", "no-such-field").is_declared


def test_a_custom_kind_is_as_its_schema_says() -> None:
    routes = {
        "type": "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["port", "protocol"],
        "items": {"type": "object", "properties": {"protocol": {"type": "string", "default": "TCP"}}},
    }
    schema = Schema({"type": "object", "properties": {"routes": routes, "plain": {"type": "array"}}})
    root = type_of({"apiVersion": "example.com/v1", "kind": "Gateway"}, schema)
    assert root.field("routes").keys == ("port", "protocol")
    assert root.field("routes").items.field("protocol").default == "TCP"
    assert root.field("plain").is_atomic
    assert root.field("metadata").field("finalizers").is_set
    assert not root.field("other").is_declared


def test_a_custom_kind_without_a_schema_says_nothing_of_its_fields() -> None:
    root = type_of({"apiVersion": "example.com/v1", "kind": "Gateway"}, None)
    assert (root.field("spec").is_declared, root.field("spec").is_custom) == (False, True)
    assert root.field("metadata").field("labels").is_declared
