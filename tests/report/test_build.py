"""From a comparison to what is reported of it: dangers and the two parts of a difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.application.application import Application, SyncPolicy
from gitops_action.comparison.attribution import Attribution, Cause
from gitops_action.comparison.model import Comparison, Method, ResourceComparison, SyncStatusCode
from gitops_action.errors import ClusterError
from gitops_action.report.build import Findings, application_report
from gitops_action.report.model import Mode
from gitops_action.resource.tracking import Tracking
from tests.comparison.objects import entry, named, owned_live, owns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.report.model import ResourceReport
    from gitops_action.resource import Resource, ResourceKey


def flags(options: str = "", **data: str) -> Resource:
    annotations = {"argocd.argoproj.io/sync-options": options} if options else {}
    return named("v1", "ConfigMap", {"metadata": {"annotations": annotations}, "data": data})


def reported(
    target: Resource,
    live: Resource,
    *,
    mode: Mode = Mode.DIFF,
    options: tuple[str, ...] = (),
    attributions: Mapping[ResourceKey, Attribution] | None = None,
    **fields: Any,
) -> ResourceReport:
    application = Application(name="web", sync_policy=SyncPolicy(sync_options=options))
    row = ResourceComparison(
        key=target.key, kind=None, target=target, live=live, predicted=target,
        status=SyncStatusCode.OUT_OF_SYNC, method=Method.DRY_RUN, **fields,
    )  # fmt: skip
    before = Comparison(
        application=application,
        tracking=Tracking(instance="web", namespace="shop"),
        status=SyncStatusCode.OUT_OF_SYNC,
        resources=(row,),
    )
    found = Findings(application=application, revision="", before=before, attributions=attributions)
    return application_report(found, mode).resources[0]


def test_what_a_refusal_quotes_of_a_hook_is_hidden_as_well() -> None:
    environment = [{"name": "PASSWORD", "value": "hunter2hunter2"}]
    pod = {"containers": [{"name": "migrate", "env": environment}]}
    hook = named("batch/v1", "Job", {"spec": {"template": {"spec": pod}}})
    application = Application(name="web")
    before = Comparison(
        application=application,
        tracking=Tracking(instance="web", namespace="shop"),
        status=SyncStatusCode.OUT_OF_SYNC,
        hooks=(hook,),
    )
    error = ClusterError('Job "x" is invalid: Invalid value: core.EnvVar{Name:"PASSWORD", Value:"hunter2hunter2"}')
    found = Findings(application=application, revision="", before=before, error=error)
    assert [each.message for each in application_report(found, Mode.SYNC).conditions] == [
        'Job "x" is invalid: Invalid value: core.EnvVar{Name:"PASSWORD", Value:"(hidden)"}'
    ]


@pytest.mark.parametrize(
    ("own", "options", "refusal", "expected"),
    [
        ("", (), "", ()),
        ("Replace=true", (), "", ("overwrites what others set in the object",)),
        ("", ("Replace=true",), "", ("overwrites what others set in the object",)),
        ("Force=true,Replace=true", (), "", ("deletes and recreates the object",)),
        ("Force=true", (), "field is immutable", ("deletes and recreates the object",)),
        ("Force=true", (), "", ()),
    ],
)
def test_how_the_sync_would_write_an_object_is_a_danger_where_it_is_no_plain_apply(
    own: str, options: tuple[str, ...], refusal: str, expected: tuple[str, ...]
) -> None:
    row = reported(flags(own, a="2"), flags(a="1"), options=options, refusal=refusal)
    assert row.dangers == expected


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.DRIFT])
def test_dangers_are_told_before_a_merge_only(mode: Mode) -> None:
    assert reported(flags("Replace=true", a="2"), flags(a="1"), mode=mode).dangers == ()


def test_what_is_partly_drift_has_two_diffs_and_a_writer() -> None:
    target = flags(a="2", b="2")
    edited = entry("kubectl-edit", owns("{data: {b: {}}}"), time="2026-11-21T12:00:00Z")
    live = owned_live(flags(a="1", b="1"), owns("{data: {a: {}}}"), edited)
    between = flags(a="1", b="2").object
    found = Attribution(cause=Cause.BOTH, between=between, overridden=("data.a",))
    row = reported(target, live, attributions={target.key: found})

    assert (row.attribution, row.overridden) == ("both", ("data.a",))
    assert row.change_diff == '@@ data @@\n-  a: "1"\n+  a: "2"\n'
    assert row.drift_diff == '@@ data @@\n-  b: "1"\n+  b: "2"\n'
    assert row.diff == '@@ data @@\n-  a: "1"\n+  a: "2"\n-  b: "1"\n+  b: "2"\n'
    assert (row.drift_writer, row.drift_time) == ("kubectl-edit", 1_795_262_400.0)


def test_without_a_base_nothing_is_attributed() -> None:
    row = reported(flags(a="2"), flags(a="1"))
    assert (row.attribution, row.change_diff, row.drift_diff) == ("", "", "")
