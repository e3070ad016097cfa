"""An application's targets, sorted by what becomes of them: compared, run as hooks, or left alone.

In: rendered targets. Out: prepared and tracked ones in three groups, with conditions. Never asks a cluster; discovery
comes as a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.comparison.prepare import prepare
from gitops_action.comparison.schema import NO_SCHEMA, Schema, schemas
from gitops_action.resource.annotations import is_hook, is_ignored_hook, is_skipped
from gitops_action.resource.tracking import is_crd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitops_action.ports import ApiCatalog
    from gitops_action.resource import GroupKind, Resource
    from gitops_action.resource.tracking import Tracking


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The targets of one application, in render order within each group."""

    compared: tuple[Resource, ...] = ()
    hooks: tuple[Resource, ...] = ()
    skipped: tuple[Resource, ...] = ()
    conditions: tuple[ApplicationCondition, ...] = ()

    @property
    def new_kinds(self) -> dict[tuple[str, str], Schema]:
        """What the targets' own CRDs define, by apiVersion and kind; one without a schema has an empty one."""
        crds = [target for target in self.compared if is_crd(target)]
        return {entry: NO_SCHEMA for crd in crds for entry in _defined(crd)} | _schemas_of(crds)


def select(
    targets: Sequence[Resource], tracking: Tracking, catalog: ApiCatalog, excluded: Callable[[GroupKind], bool]
) -> Selection:
    """Sort the targets (SST-1, SST-4, SYN-6, SYN-7, TRK-20)."""
    compared: list[Resource] = []
    hooks: list[Resource] = []
    skipped: list[Resource] = []
    conditions: list[ApplicationCondition] = []
    for target in targets:
        if excluded(target.group_kind):
            conditions.append(_excluded(target))
        elif is_skipped(target):
            skipped.append(target)
        elif is_hook(target):
            if not is_ignored_hook(target):
                hooks.append(prepare(tracking.mark(target), catalog.find(target)))
        else:
            compared.append(prepare(tracking.mark(target), catalog.find(target)))
    return Selection(compared=tuple(compared), hooks=tuple(hooks), skipped=tuple(skipped), conditions=tuple(conditions))


def _excluded(target: Resource) -> ApplicationCondition:
    return ApplicationCondition(
        type=ConditionType.EXCLUDED_RESOURCE_WARNING,
        message=f"Resource {target.group}/{target.kind} {target.name} is excluded in the settings",
        remedy="Remove it from the application, or `resource.exclusions` of argocd-cm.",
    )


def _schemas_of(crds: Sequence[Resource]) -> dict[tuple[str, str], Schema]:
    try:
        return schemas(crds)
    except (AttributeError, TypeError):
        return {}  # a CRD of another shape, which the server refuses by itself


def _defined(crd: Resource) -> list[tuple[str, str]]:
    spec = crd.object.get("spec")
    if not isinstance(spec, dict):
        return []
    names, versions = spec.get("names"), spec.get("versions")
    if not isinstance(names, dict) or not isinstance(versions, list):
        return []
    return [
        (f"{spec.get('group')}/{version.get('name')}", str(names.get("kind")))
        for version in versions
        if isinstance(version, dict)
    ]
