"""Reading an ApplicationSet: every field has its place, and what is unknown is said."""

from __future__ import annotations

import pytest

from gitops_action.applicationset.model import (
    IgnoreApplicationDifference,
    RolloutMatch,
    RolloutStep,
    SetConditionType,
    Strategy,
)
from gitops_action.applicationset.parse import parse_applicationset
from gitops_action.errors import UsageError
from tests.applicationset.sets import parsed_set

FULL = """\
goTemplate: true
goTemplateOptions: [missingkey=error]
applyNestedSelectors: true
generators: [{list: {elements: []}}]
template: {metadata: {name: x}, spec: {}}
templatePatch: "{}"
syncPolicy: {preserveResourcesOnDeletion: true, applicationsSync: create-update}
preservedFields: {annotations: [a], labels: [l]}
strategy:
  type: RollingSync
  deletionOrder: Reverse
  rollingSync:
    steps:
    - {matchExpressions: [{key: env, operator: NotIn, values: [prod]}]}
    - {matchExpressions: [{key: env, values: [prod]}], maxUpdate: 10%}
    - {maxUpdate: 1}
ignoreApplicationDifferences:
- {jsonPointers: [/spec/source/targetRevision]}
- {name: web, jqPathExpressions: [.spec]}
"""


def test_every_field_is_read_and_kept() -> None:
    parsed = parsed_set(FULL)
    assert (parsed.name, parsed.namespace) == ("all", "gitops")
    assert {condition.type for condition in parsed.conditions} == {SetConditionType.NOT_APPLICABLE}
    assert (parsed.go_template, parsed.go_template_options, parsed.template_patch) == (
        True,
        ("missingkey=error",),
        "{}",
    )
    assert (parsed.preserve_resources_on_deletion, parsed.applications_sync) == (True, "create-update")
    assert (parsed.preserved_annotations, parsed.preserved_labels) == (("a",), ("l",))
    assert parsed.strategy == Strategy(
        type="RollingSync",
        deletion_order="Reverse",
        steps=(
            RolloutStep(matches=(RolloutMatch(key="env", operator="NotIn", values=("prod",)),)),
            RolloutStep(matches=(RolloutMatch(key="env", operator="In", values=("prod",)),), max_update="10%"),
            RolloutStep(max_update="1"),
        ),
    )
    assert parsed.ignore_application_differences == (
        IgnoreApplicationDifference(json_pointers=("/spec/source/targetRevision",)),
        IgnoreApplicationDifference(name="web", jq_path_expressions=(".spec",)),
    )


def test_unknown_fields_are_warnings_at_every_depth_and_hold_nothing_up() -> None:
    parsed = parsed_set(
        "generators: [{lists: {}, git: {repoUrl: x, files: [{paths: y}]}}, "
        "{matrix: {generators: [{list: {element: []}, selector: {}}]}}]\n"
        "templates: {}\ntemplate: {metadata: {generateName: x}}"
    )
    assert [condition.message for condition in parsed.conditions] == [
        f"set.yaml:1: unknown field spec.{field} has no effect"
        for field in (
            "generators[0].lists",
            "generators[0].git.repoUrl",
            "generators[0].git.files[0].paths",
            "generators[1].matrix.generators[0].list.element",
            "template.metadata.generateName",
            "templates",
        )
    ]
    assert not any(condition.keeps_back for condition in parsed.conditions)


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("goTemplate: 'yes'", "spec.goTemplate is a string, not a boolean"),
        ("template: {metadata: text}", "spec.template.metadata is not a mapping"),
        ("syncPolicy: {applicationsSync: never}", "spec.syncPolicy.applicationsSync is 'never'"),
    ],
)
def test_a_wrong_field_keeps_everything_back(spec: str, says: str) -> None:  # APS-9
    (condition,) = parsed_set(spec).conditions
    assert condition.type is SetConditionType.ERROR_OCCURRED
    assert condition.message == f"set.yaml:1: ApplicationSet all: {says}"


def test_a_set_without_a_name_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"set\.yaml:3: an ApplicationSet has no name"):
        parse_applicationset({"metadata": {}}, file="set.yaml", line=3)
