"""Secrets planted wherever an object, a server or a program can hold one: no rendering shows any (DIF-38 to DIF-41)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_action.application.application import Application, ApplicationCondition, ConditionType
from gitops_action.comparison.attribution import attribute
from gitops_action.comparison.model import Comparison, Hidden, Method, ResourceComparison, SyncStatusCode
from gitops_action.errors import ClusterError
from gitops_action.health.status import HealthStatus, HealthStatusCode
from gitops_action.inputs import FailOn
from gitops_action.report.annotations import annotations_of
from gitops_action.report.build import Findings, application_report
from gitops_action.report.check_run import check_result
from gitops_action.report.comment import comment
from gitops_action.report.html import html
from gitops_action.report.json import to_json
from gitops_action.report.model import Mode
from gitops_action.report.outputs import exit_code, outputs
from gitops_action.report.summary import summary
from gitops_action.report.text import text
from gitops_action.resource import Resource
from gitops_action.resource.tracking import Tracking
from gitops_action.sync.model import OperationPhase, OperationResult, ResourceResult, SyncPhase
from tests.report.samples import HEADER, a_report

if TYPE_CHECKING:
    from gitops_action.report.model import Report

ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
SECRETS = st.text(ALPHABET, min_size=10, max_size=24).map("PLANTED".__add__)
ANNOTATION = "example.com/unlock"


def encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def secret(value: str, other: str) -> dict[str, Any]:
    """Return a Secret that holds values in every place that a Secret has."""
    applied = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "web"}, "stringData": {"old": other}}
    annotations = {
        "kubectl.kubernetes.io/last-applied-configuration": orjson.dumps(applied).decode(),
        ANNOTATION: value,
    }
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "web", "namespace": "shop", "annotations": annotations},
        "data": {"a": encoded(value), "b": encoded(f"first: {other}\nsecond: {value}\n"), "old": encoded(other)},
    }


def workload(value: str, other: str) -> dict[str, Any]:
    """Return a Deployment that holds credentials where people put them."""
    container = {
        "name": "web",
        "image": "web:1",
        "args": [f"--password={value}", f"postgres://web:{other}@db/web"],
        "env": [{"name": "DB_PASSWORD", "value": value}, {"name": "URL", "value": f"https://u:{other}@example.com"}],
    }
    metadata = {"name": "web", "namespace": "shop", "annotations": {"note": f"token={other}"}}
    spec = {"replicas": 1, "template": {"spec": {"containers": [container]}}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


def files(value: str, other: str) -> dict[str, Any]:
    """Return a ConfigMap whose values and files hold credentials."""
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{other}\n-----END RSA PRIVATE KEY-----\n"
    data = {
        "db_password": value,
        "app.yaml": f"host: db\npassword: {value}\nurl: redis://:{other}@cache\n",
        "app.json": orjson.dumps({"client_secret": other, "host": "db"}).decode(),
        "tls.pem": key,
    }
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "web", "namespace": "shop"},
        "data": data,
    }


def row(target: dict[str, Any], live: dict[str, Any], words: str, number: int) -> ResourceComparison:
    """Return an object that differs, about which a server had something to say."""
    after = Resource(target)
    said: dict[str, Any] = [{}, {"refusal": words}, {"unknown": words}, {"obstacle": words}][number % 4]
    return ResourceComparison(
        key=after.key,
        kind=None,
        target=after,
        live=Resource(live),
        predicted=after,
        status=SyncStatusCode.UNKNOWN if "unknown" in said else SyncStatusCode.OUT_OF_SYNC,
        method=list(Method)[number % 3],
        hidden=(Hidden(rule="jq:.x", path="/x"),),
        **said,
    )


def a_run(secrets: list[str], numbers: list[int], mode: Mode) -> Report:
    """Return the report of one application whose objects, conditions and results hold all these secrets."""
    one, two, three, four = secrets
    words = f'the value "{one}" and {two} and {encoded(three)} are not what I like, nor is {four}'
    rows = tuple(
        row(make(three, four), make(one, two), words, number)
        for make, number in zip((secret, workload, files), numbers, strict=True)
    )
    health = HealthStatus(code=HealthStatusCode.DEGRADED, message=f"it said {one}")
    application = Application(name="web")
    before = Comparison(
        application=application,
        tracking=Tracking(instance="web", namespace="shop"),
        status=SyncStatusCode.OUT_OF_SYNC,
        resources=rows,
        masked_annotations=frozenset({ANNOTATION}),
    )
    results = tuple(ResourceResult(key=each.key, phase=SyncPhase.SYNC, message=f"refused: {words}") for each in rows)
    findings = Findings(
        application=application,
        revision="1" * 40,
        before=before,
        status=SyncStatusCode.OUT_OF_SYNC,
        health=HealthStatus(code=HealthStatusCode.DEGRADED),
        resource_health={each.key: health for each in rows},
        conditions=(ApplicationCondition(type=ConditionType.COMPARISON_ERROR, message=words),),
        operation=OperationResult(phase=OperationPhase.FAILED, message=words, resources=results)
        if mode is Mode.SYNC
        else None,
        error=ClusterError(words, detail=words) if mode is Mode.DRIFT else None,
        attributions={
            each.key: attribute(
                make(one, four), each.target.object if each.target else None, make(one, two), make(three, four)
            )
            for make, each in zip((secret, workload, files), rows, strict=True)
        },
    )
    return a_report(application_report(findings, mode), mode=mode)


def everything(report: Report) -> dict[str, str]:
    """Return every text that leaves us."""
    return {
        "text": text(report, show_hidden=True),
        "colours": text(report, color=True),
        "comment": comment(report, HEADER),
        "summary": summary(report),
        "json": to_json(report).decode(),
        "html": html(report),
        "annotations": repr(annotations_of(report)),
        "outputs": repr(outputs(report)),
        "check run": repr(check_result(report, exit_code(report, FailOn.ERROR))),
    }


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    secrets=st.lists(SECRETS, min_size=4, max_size=4, unique=True),
    numbers=st.lists(st.integers(0, 11), min_size=3, max_size=3),
    mode=st.sampled_from(Mode),
)
def test_no_rendering_shows_a_secret(secrets: list[str], numbers: list[int], mode: Mode) -> None:
    shown = everything(a_run(secrets, numbers, mode))
    found = [
        (name, value)
        for name, content in shown.items()
        for value in secrets
        for spelling in (value, encoded(value), value[::-1])
        if spelling in content
    ]
    assert found == []
