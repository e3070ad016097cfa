"""Objects of a custom kind whose CRD changes in the same sync: the server has yet to learn what it will permit.

In: the CRDs that a sync changes, and rows whose dry runs were judged by the schemas of today. Out: the rows as the new
schemas have them. What a new schema does not speak of stays as the server said it. Never asks a server.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gitops_action.comparison.custom_schema import violations
from gitops_action.comparison.model import Method, ResourceComparison, SyncStatusCode
from gitops_action.comparison.overlay import overlay
from gitops_action.comparison.schema import NO_SCHEMA, Schema, schemas
from gitops_action.comparison.strict import same
from gitops_action.resource.tracking import is_crd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.resource import Resource
    from gitops_action.resource.resource import Json

NOT_PERMITTED = "its CustomResourceDefinition does not permit it"
_ONLY_SERVER = ("allOf", "anyOf", "format", "not", "oneOf", "pattern", "x-kubernetes-validations")
CORRECT_IT = "Correct the object, or the schema in the same change."


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedKinds:
    """What the CRDs of the same sync permit after it and permit ``today``, by apiVersion and kind."""

    schemas: Mapping[tuple[str, str], Schema]
    today: Mapping[tuple[str, str], Schema]
    manager: str

    def judged(self, row: ResourceComparison) -> ResourceComparison:
        """Return the row of an object as the schema that comes with the same change has it."""
        target = row.target
        schema = self.schemas.get((target.api_version, target.kind)) if target else None
        if target is None or schema is None or row.status is SyncStatusCode.SYNCED:
            return row
        if row.method is Method.NOT_COMPARED and not row.refusal:
            return row  # the server gave no answer at all
        if wrong := self._wrong(target, row.live, schema):
            refusal = f"{NOT_PERMITTED}: {'; '.join(wrong)}"
            return replace(row, status=SyncStatusCode.OUT_OF_SYNC, refusal=refusal, unknown="", remedy=CORRECT_IT)
        if not row.refusal or not self._is_of_today(target, schema):
            return row
        return replace(row, status=SyncStatusCode.OUT_OF_SYNC, method=Method.SCHEMA, refusal="", unknown="", remedy="")

    def _wrong(self, target: Resource, live: Resource | None, schema: Schema) -> tuple[str, ...]:
        """Return what is wrong with a target; what others set in live may be what it lacks."""
        wrong = violations(target.object, schema.node)
        if not wrong or live is None:
            return wrong
        merged = violations(overlay(target, live, manager=self.manager), schema.node)
        return tuple(each for each in wrong if each in merged)

    def _is_of_today(self, target: Resource, schema: Schema) -> bool:
        """Return whether a refusal may be the old schema's: it objects, or had rules that only the server can put."""
        today = self.today.get((target.api_version, target.kind), NO_SCHEMA)
        return bool(violations(target.object, today.node)) or not same(_unjudged(today.node), _unjudged(schema.node))


def changed_kinds(rows: Iterable[ResourceComparison], *, manager: str) -> ChangedKinds:
    """Return what the CRDs among the rows change of the kinds that they define."""
    changed = [row for row in rows if _is_changed_crd(row)]
    today = _schemas([row.live for row in changed if row.live])
    new = _schemas([row.target for row in changed if row.target])
    differing = {
        name: schema for name, schema in new.items() if name in today and not same(schema.node, today[name].node)
    }
    return ChangedKinds(schemas=differing, today=today, manager=manager)


def _is_changed_crd(row: ResourceComparison) -> bool:
    is_changed = row.status is SyncStatusCode.OUT_OF_SYNC and row.live is not None and not row.refusal
    return is_changed and row.target is not None and is_crd(row.target)


def _schemas(crds: list[Resource]) -> dict[tuple[str, str], Schema]:
    try:
        return schemas(crds)
    except (AttributeError, TypeError):
        return {}  # of another shape, which the server refuses by itself


def _unjudged(node: Json) -> list[Json]:
    """Return the rules of a schema that only the server can put."""
    if isinstance(node, list):
        return [rule for each in node for rule in _unjudged(each)]
    if not isinstance(node, dict):
        return []
    own: list[Json] = [[name, node[name]] for name in _ONLY_SERVER if name in node]
    return own + [rule for name in sorted(node) for rule in _unjudged(node[name])]
