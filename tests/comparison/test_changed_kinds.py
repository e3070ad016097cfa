"""A CRD that changes together with its objects: they are judged by what the server will know, not by what it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.application.application import Application, Destination
from gitops_action.comparison.compare import compare
from gitops_action.comparison.display import describe
from gitops_action.comparison.model import Comparison, Method, SyncStatusCode
from gitops_action.sync.model import OperationPhase
from tests.comparison.objects import named, parse, resource
from tests.sync.example import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitops_action.adapters.cluster import ApiServer
    from gitops_action.resource import Resource
    from gitops_action.resource.tracking import Tracking

TODAY = "{size: {type: integer, maximum: 5}, mode: {type: string, pattern: ^a}, free: {type: string}}"


def crd(group: str, spec: str, *, versions: tuple[str, ...] = ("v1",)) -> Resource:
    schema: Any = {"type": "object", "properties": {"spec": {"type": "object", "properties": parse(spec)}}}
    return resource("a: b").with_object(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"gadgets.{group}"},
            "spec": {
                "group": group,
                "scope": "Namespaced",
                "names": {"kind": "Gadget", "plural": "gadgets", "singular": "gadget", "listKind": "GadgetList"},
                "versions": [
                    {"name": each, "served": True, "storage": each == "v1", "schema": {"openAPIV3Schema": schema}}
                    for each in versions
                ],
            },
        }
    )


@pytest.fixture
def group(api: ApiServer, namespace: str) -> Iterator[str]:
    """A group with the kind ``Gadget`` as it is served today."""
    group = f"{namespace}.example.org"
    definition = crd(group, TODAY)
    definitions = api.catalog().kinds["apiextensions.k8s.io/v1", "CustomResourceDefinition"]
    api.apply(definitions, definition)
    while (f"{group}/v1", "Gadget") not in api.refresh_catalog().kinds:
        pass
    yield group
    api.delete(definitions, definition.key)


@pytest.fixture
def compared(api: ApiServer, tracking: Tracking, namespace: str) -> Callable[..., Comparison]:
    def compared(*targets: Resource) -> Comparison:
        application = Application(name="web", destination=Destination(namespace=namespace))
        return compare(application, targets, tracking, api, inventory=None, parallelism=2)

    return compared


def gadget(group: str, namespace: str, spec: str, *, version: str = "v1", name: str = "web") -> Resource:
    return named(f"{group}/{version}", "Gadget", parse(f"spec: {spec}"), name=name, namespace=namespace)


CASES = {
    "a field that the server does not know yet": ("{size: {type: integer}, added: {type: string}}", "{added: b}", ""),
    "a limit that is raised": ("{size: {type: integer, maximum: 9}}", "{size: 8}", ""),
    "a pattern that is dropped": ("{size: {type: integer}, mode: {type: string}}", "{mode: b}", ""),
    "a limit that is lowered": (
        "{size: {type: integer, maximum: 2}}",
        "{size: 4}",
        "its CustomResourceDefinition does not permit it: spec.size: does not keep maximum 2",
    ),
    "a field that goes": (
        "{size: {type: integer}}",
        "{free: a}",
        "its CustomResourceDefinition does not permit it: spec: unknown field 'free'",
    ),
}


@pytest.mark.parametrize("exists", [True, False], ids=["changed", "new"])
@pytest.mark.parametrize("case", CASES)
def test_objects_are_judged_by_the_schema_that_comes_with_them_and_the_sync_bears_it_out(
    *, api: ApiServer, group: str, namespace: str, compared: Callable[..., Comparison], case: str, exists: bool
) -> None:
    new, spec, refusal = CASES[case]
    if exists:
        api.apply(api.catalog().kinds[f"{group}/v1", "Gadget"], gadget(group, namespace, "{size: 1}"))
    comparison = compared(crd(group, new), gadget(group, namespace, spec))
    [row] = [row for row in comparison.resources if row.key.kind == "Gadget"]
    assert (row.status, row.refusal) == (SyncStatusCode.OUT_OF_SYNC, refusal)
    assert describe(row).text
    result = run(comparison, api)
    assert result.phase is (OperationPhase.FAILED if refusal else OperationPhase.SUCCEEDED), result


def test_a_refusal_that_is_none_of_the_schemas_stays(
    group: str, namespace: str, compared: Callable[..., Comparison]
) -> None:
    labelled = gadget(group, namespace, "{size: 1}").with_metadata(labels={"a": "not a label value!"})
    comparison = compared(crd(group, TODAY.replace("}}", "}, added: {type: string}}")), labelled)
    [row] = [row for row in comparison.resources if row.key.kind == "Gadget"]
    assert "metadata.labels" in row.refusal


def test_an_object_that_moves_to_a_version_of_the_same_change_is_changed_and_not_added(
    api: ApiServer, group: str, namespace: str, compared: Callable[..., Comparison]
) -> None:
    api.apply(api.catalog().kinds[f"{group}/v1", "Gadget"], gadget(group, namespace, "{size: 1}"))
    moved = gadget(group, namespace, "{size: 2}", version="v2")
    comparison = compared(crd(group, TODAY, versions=("v1", "v2")), moved)
    [row] = [row for row in comparison.resources if row.key.kind == "Gadget"]
    assert (row.status, row.method, row.refusal, row.adopts) == ("OutOfSync", Method.SCHEMA, "", True)
    assert "-  size: 1\n+  size: 2" in describe(row).text
    assert run(comparison, api).phase is OperationPhase.SUCCEEDED
    api.refresh_catalog()
    assert {row.status for row in compared(crd(group, TODAY, versions=("v1", "v2")), moved).resources} == {"Synced"}
