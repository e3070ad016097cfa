"""Fields that an ignore rule hides: always counted, named on request, never shown as a difference."""

from __future__ import annotations

import jsonschema
import orjson
import pytest

from gitops_action.application.application import Application, IgnoreDifference
from gitops_action.comparison.ignore_differences import IgnoreRules
from gitops_action.comparison.model import Comparison, Method, ResourceComparison, SyncStatusCode
from gitops_action.comparison.normalize import Normalizer
from gitops_action.report.build import Findings, application_report
from gitops_action.report.comment import comment
from gitops_action.report.json import from_json, schema, to_json
from gitops_action.report.model import ChangeKind, HiddenReport, Mode, Report
from gitops_action.report.phrases import tally
from gitops_action.report.text import text
from gitops_action.resource import Resource
from gitops_action.resource.tracking import Tracking
from tests.report import samples

REPLICAS = HiddenReport(rule="jsonPointer:/spec/replicas", path="/spec/replicas")
IMAGE = HiddenReport(rule="jq:.spec.containers[].image", path="/spec/containers/0/image")


def _report(*hidden: HiddenReport) -> Report:
    web = samples.a_resource("Deployment", "web", group="apps", hidden=hidden)
    return samples.a_report(samples.an_application("web", web, samples.a_resource("Service", "web")))


@pytest.mark.parametrize(
    ("hidden", "words"),
    [
        ((), ""),
        ((REPLICAS,), "; 1 field hidden by 1 rule"),
        ((REPLICAS, REPLICAS), "; 2 fields hidden by 1 rule"),
        ((REPLICAS, IMAGE), "; 2 fields hidden by 2 rules"),
    ],
)
def test_the_last_line_counts_fields_and_rules(hidden: tuple[HiddenReport, ...], words: str) -> None:
    report = _report(*hidden)
    counted = f"2 resources: 2 equal, 0 different, 0 unknown{words}"
    assert tally(report.applications) == counted
    assert f" · {counted} · " in comment(report, samples.HEADER)
    assert text(report).splitlines()[-1] == f"{counted}, in 1.8 s"


def test_the_fields_are_named_on_request_only() -> None:
    shown = text(_report(REPLICAS, IMAGE), show_hidden=True)
    table = (
        "=== web: hidden fields that differ\n"
        "OBJECT               FIELD                     RULE\n"
        "Deployment shop/web  /spec/replicas            jsonPointer:/spec/replicas\n"
        "Deployment shop/web  /spec/containers/0/image  jq:.spec.containers[].image\n"
    )
    assert table in shown
    assert text(_report(REPLICAS, IMAGE)) == shown.replace(f"{table}\n", "")


def test_a_rule_of_a_hostile_application_cannot_command_the_terminal() -> None:
    hostile = HiddenReport(rule="jq:\x1b[2J\nerror: fake", path="/a\r::set-output")
    shown = text(_report(hostile), show_hidden=True)
    assert "\x1b" not in shown
    assert not any(line.startswith(("error:", "::")) for line in shown.splitlines())


def test_hidden_fields_are_in_the_report_as_its_schema_says() -> None:
    report = _report(REPLICAS)
    assert from_json(to_json(report)) == report
    jsonschema.Draft202012Validator(schema()).validate(orjson.loads(to_json(report)))
    assert report.applications[0].resources[0].change is ChangeKind.EQUAL


def test_no_rule_unmasks_what_is_secret_by_what_the_rule_hides() -> None:
    secret, token = "c3VwZXItc2VjcmV0LXZhbHVl", "hunter2-is-the-token"
    variable = {"name": "API_TOKEN", "value": token}
    live = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "data": {"a": secret, "b": "eA=="}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"env": [variable]}}
    rules = IgnoreRules(
        entries=(IgnoreDifference(kind="*", json_pointers=("/kind", "/apiVersion", "/spec/env/0/name")),)
    )
    rows = []
    for side, other in ((live, {**live, "data": {"a": "bmV3"}}), (pod, {**pod, "spec": {"env": [{"name": "X"}]}})):
        there = Resource(side)
        normalized = Normalizer(rules=rules)(there.key, there, side, other)
        shown = (Resource(normalized.live), Resource(normalized.predicted))
        rows.append(
            ResourceComparison(
                key=there.key,
                kind=None,
                target=Resource(other),
                live=there,
                predicted=Resource(other),
                status=SyncStatusCode.OUT_OF_SYNC,
                method=Method.DRY_RUN,
                shown=shown,
                hidden=normalized.hidden,
            )
        )
    application = Application(name="web")
    comparison = Comparison(
        application=application,
        tracking=Tracking(instance="web", namespace="shop"),
        status=SyncStatusCode.OUT_OF_SYNC,
        resources=tuple(rows),
    )

    found = application_report(Findings(application=application, revision="c", before=comparison), Mode.DIFF)

    whole = to_json(samples.a_report(found)).decode()
    assert [each.diff != "" for each in found.resources] == [True, True]
    assert [each for each in (secret, token, "super-secret-value") if each in whole] == []
