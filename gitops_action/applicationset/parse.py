"""An ``ApplicationSet`` document → the value; wrong and unknown fields become conditions, never silence.

In: the parsed YAML of one document with its place. Out: an ``ApplicationSet``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_action.application.reader import FieldReader
from gitops_action.applicationset.fields import unknown_fields, unknown_template_fields
from gitops_action.applicationset.model import (
    ApplicationSet,
    IgnoreApplicationDifference,
    RolloutMatch,
    RolloutStep,
    SetCondition,
    SetConditionType,
    Strategy,
)
from gitops_action.applicationset.rollout import ROLLING_SYNC, is_readable
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from gitops_action.resource.resource import JsonObject

_POLICIES = ("", "create-only", "create-update", "create-delete", "sync")


def parse_applicationset(document: JsonObject, *, file: str = "", line: int = 0) -> ApplicationSet:
    """Return the set that a document describes.

    Raises ``UsageError`` where it has no name, for then nothing could be said about it.
    """
    problems: list[str] = []
    unknown: list[str] = []
    root = FieldReader(document, "", problems, unknown)
    root.ignore("apiVersion", "kind", "status")
    metadata = root.nested("metadata")
    name = metadata.text("name")
    if not name:
        raise UsageError(f"{file}:{line}: an ApplicationSet has no name", remedy="Give it a metadata.name.")
    spec = root.nested("spec")
    generators = spec.mappings("generators")
    unknown += unknown_fields(list(generators), "spec.generators")
    template = _template(spec, problems)
    unknown += unknown_template_fields(template, "spec.template")
    spec.ignore("applyNestedSelectors")
    policy = spec.nested("syncPolicy")
    preserved = spec.nested("preservedFields")
    applicationset = ApplicationSet(
        name=name,
        namespace=metadata.text("namespace") or "argocd",
        go_template=spec.boolean("goTemplate"),
        go_template_options=spec.texts("goTemplateOptions"),
        generators=generators,
        template=template,
        template_patch=spec.text("templatePatch") if "templatePatch" in spec else None,
        preserve_resources_on_deletion=policy.boolean("preserveResourcesOnDeletion"),
        applications_sync=policy.text("applicationsSync"),
        preserved_annotations=preserved.texts("annotations"),
        preserved_labels=preserved.texts("labels"),
        strategy=_strategy(spec.nested("strategy")),
        ignore_application_differences=tuple(_ignored(item) for item in spec.items("ignoreApplicationDifferences")),
        file=file,
        line=line,
    )
    if applicationset.applications_sync not in _POLICIES:
        problems.append(f"spec.syncPolicy.applicationsSync is {applicationset.applications_sync!r}")
    if applicationset.strategy.type == ROLLING_SYNC and not applicationset.strategy.steps:
        problems.append("strategy RollingSync has no steps")
    for reader in (policy, preserved, spec, root):
        reader.finish()
    return replace(applicationset, conditions=_conditions(applicationset, problems, unknown))


def _template(spec: FieldReader, problems: list[str]) -> JsonObject:
    template = spec.mapping("template") or {}
    for part in ("metadata", "spec"):
        if not isinstance(template.get(part) or {}, dict):
            problems.append(f"spec.template.{part} is not a mapping")
            template = {**template, part: {}}
    return template


def _strategy(reader: FieldReader) -> Strategy:
    rolling = reader.nested("rollingSync")
    strategy = Strategy(
        type=reader.text("type") or "AllAtOnce",
        steps=tuple(_step(item) for item in rolling.items("steps")),
        deletion_order=reader.text("deletionOrder") or "AllAtOnce",
    )
    rolling.finish()
    reader.finish()
    return strategy


def _step(reader: FieldReader) -> RolloutStep:
    step = RolloutStep(
        matches=tuple(_match(item) for item in reader.items("matchExpressions")),
        max_update=reader.number_text("maxUpdate"),
    )
    reader.finish()
    return step


def _match(reader: FieldReader) -> RolloutMatch:
    match = RolloutMatch(
        key=reader.text("key"), operator=reader.text("operator") or "In", values=reader.texts("values")
    )
    reader.finish()
    return match


def _ignored(reader: FieldReader) -> IgnoreApplicationDifference:
    ignored = IgnoreApplicationDifference(
        name=reader.text("name"),
        json_pointers=reader.texts("jsonPointers"),
        jq_path_expressions=reader.texts("jqPathExpressions"),
    )
    reader.finish()
    return ignored


def _conditions(applicationset: ApplicationSet, problems: list[str], unknown: list[str]) -> tuple[SetCondition, ...]:
    place = f"{applicationset.file}:{applicationset.line}"
    wrong = [
        SetCondition(
            type=SetConditionType.ERROR_OCCURRED,
            message=f"{place}: ApplicationSet {applicationset}: {problem}",
            remedy="Correct the field.",
        )
        for problem in problems
    ]
    strange = [
        SetCondition(
            type=SetConditionType.UNKNOWN_FIELD,
            message=f"{place}: unknown field {field} has no effect",
            remedy="Remove the field, or correct its spelling.",
        )
        for field in unknown
    ]
    return (*wrong, *strange, *_without_effect(applicationset))


def _without_effect(applicationset: ApplicationSet) -> tuple[SetCondition, ...]:
    """Return what is said about Applications that live in a cluster, or cannot be read (APS-18 to APS-20, APS-25)."""
    place = f"{applicationset.file}:{applicationset.line}: ApplicationSet {applicationset}"
    policy = applicationset.applications_sync
    stated = {
        f"syncPolicy.applicationsSync {policy}": policy in _POLICIES[1:-1],
        "preservedFields": applicationset.preserved_annotations or applicationset.preserved_labels,
        "ignoreApplicationDifferences": applicationset.ignore_application_differences,
        "strategy.deletionOrder Reverse": applicationset.strategy.deletion_order == "Reverse",
    }
    said = [
        SetCondition(
            type=SetConditionType.NOT_APPLICABLE,
            message=f"{place}: {name} has no effect: what a set generates is no object of a cluster here",
        )
        for name, is_stated in stated.items()
        if is_stated
    ]
    unread = [
        SetCondition(
            type=SetConditionType.INVALID_ROLLOUT,
            message=f"{place}: maxUpdate {step.max_update!r} of step {number} is neither a number nor a percentage;"
            " it counts as 1",
            remedy="Write such as 2 or 25%.",
        )
        for number, step in enumerate(applicationset.strategy.steps, start=1)
        if not is_readable(step.max_update)
    ]
    return (*said, *unread)
