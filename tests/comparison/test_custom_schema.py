"""Objects of a kind whose CRD comes with the same change: judged offline, as the server would judge them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.application.application import Application, Destination
from gitops_action.comparison.compare import compare
from gitops_action.comparison.custom_schema import violations
from gitops_action.errors import ApiError
from tests.comparison.objects import named, parse, resource

if TYPE_CHECKING:
    from gitops_action.adapters.cluster import ApiServer
    from gitops_action.resource.tracking import Tracking

SCHEMA = """
type: object
required: [spec]
properties:
  spec:
    type: object
    required: [size, class]
    properties:
      size: {type: integer, minimum: 1, maximum: 10}
      class: {type: string, default: standard, enum: [standard, big]}
      port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}
      maybe: {type: string, nullable: true}
      free: {type: object, x-kubernetes-preserve-unknown-fields: true}
      options: {type: object, additionalProperties: {type: string}}
      template: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
      routes: {type: array, maxItems: 2, items: {type: object, properties: {to: {type: string}}}}
  status: {type: object, x-kubernetes-preserve-unknown-fields: true}
"""
SPECS = {
    "{size: 1}": (),
    "{size: 1, port: 80, maybe: null, free: {a: 1}, options: {a: b}, routes: [{to: x}]}": (),
    "{size: 1, port: http, template: {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {}}}": (),
    "{size: '1'}": ("spec.size: not of type integer",),
    "{}": ("spec: size is required",),
    "{size: 1, class: small}": ("spec.class: not one of standard, big",),
    "{size: 11}": ("spec.size: does not keep maximum 10",),
    "{size: 1, typo: 1}": ("spec: unknown field 'typo'",),
    "{size: 1, routes: [{to: 1}, {form: x}]}": (
        "spec.routes.0.to: not of type string",
        "spec.routes.1: unknown field 'form'",
    ),
    "{size: 1, options: {a: 1}}": ("spec.options.a: not of type string",),
    "{size: 1, port: true}": ("spec.port: not of type integer, string",),
    "{size: 1, routes: [{}, {}, {}]}": ("spec.routes: does not keep maxItems 2",),
}


@pytest.mark.parametrize("spec", SPECS)
def test_what_the_server_will_not_have_is_said_at_its_path(spec: str) -> None:
    target = named("example.org/v1", "Gadget", parse(f"spec: {spec}"))
    assert violations(target.object, parse(SCHEMA)) == SPECS[spec]


def test_a_value_is_never_quoted() -> None:
    target = named("example.org/v1", "Gadget", parse("spec: {size: PLANTED, class: PLANTED, routes: PLANTED}"))
    assert "PLANTED" not in str(violations(target.object, parse(SCHEMA)))


def crd(group: str) -> Any:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"gadgets.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": "Gadget", "plural": "gadgets", "singular": "gadget", "listKind": "GadgetList"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": parse(SCHEMA)}}],
        },
    }


def test_before_and_after_the_crd_is_there_the_verdict_is_the_same(
    api: ApiServer, tracking: Tracking, namespace: str
) -> None:
    group = f"{namespace}.example.org"
    definition = resource("a: b").with_object(crd(group))
    targets = [
        named(f"{group}/v1", "Gadget", parse(f"spec: {spec}"), name=f"g{number}", namespace=namespace)
        for number, spec in enumerate(SPECS)
    ]
    application = Application(name="web", destination=Destination(namespace=namespace))
    rows = compare(application, [definition, *targets], tracking, api, inventory=None, parallelism=4).resources
    offline = {row.key.name: bool(row.refusal) for row in rows if row.key.kind == "Gadget"}
    assert {row.status.value for row in rows} == {"OutOfSync"}
    definitions = api.catalog().kinds["apiextensions.k8s.io/v1", "CustomResourceDefinition"]
    api.apply(definitions, definition)
    try:
        while (kind := api.refresh_catalog().kinds.get((f"{group}/v1", "Gadget"))) is None:
            pass
        refused = {}
        for target in targets:
            try:
                api.apply(kind, target, dry_run=True)
                refused[target.name] = False
            except ApiError:
                refused[target.name] = True
        assert refused == offline
    finally:
        api.delete(definitions, definition.key)
