"""Objects that kustomize names by their content: the old and the new one are shown as one change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitops_action.application.application import Application, Automated, SyncPolicy
from gitops_action.comparison.model import Comparison, ResourceComparison, SyncStatusCode
from gitops_action.report.build import Findings, application_report
from gitops_action.report.model import Mode
from gitops_action.report.text import text
from gitops_action.resource.tracking import Tracking
from tests.comparison.objects import named
from tests.comparison.test_danger import row
from tests.report.samples import a_report

if TYPE_CHECKING:
    from gitops_action.report.model import ApplicationReport


def made(kind: str, name: str, **data: str) -> Any:
    return named("v1", kind, {"data": data}, name=name)


def reported(*rows: ResourceComparison, **fields: Any) -> ApplicationReport:
    application = Application(name="web", sync_policy=SyncPolicy(automated=Automated(prune=True)))
    before = Comparison(
        application=application,
        tracking=Tracking(instance="web", namespace="shop"),
        status=SyncStatusCode.OUT_OF_SYNC,
        resources=rows,
    )
    return application_report(Findings(application=application, revision="", before=before, **fields), Mode.DIFF)


OLD = row(made("ConfigMap", "settings-2kbm56h7tf", a="1", b="2"), None)
NEW = row(None, made("ConfigMap", "settings-m9t4k2f8dh", a="1", b="3"))


def test_a_hashed_config_map_is_one_change() -> None:
    found = reported(OLD, NEW)
    [only] = found.resources
    assert (only.change, only.name, only.renamed_from) == ("changed", "settings-m9t4k2f8dh", "settings-2kbm56h7tf")
    assert '@@ data @@\n-  b: "2"\n+  b: "3"\n' in only.diff
    assert "=== web: ConfigMap shop/settings-m9t4k2f8dh changed, replaces settings-2kbm56h7tf" in text(a_report(found))


def test_the_values_of_a_hashed_secret_stay_masked() -> None:
    rows = (
        row(made("Secret", "token-2kbm56h7tf", a="UExBTlRFRC0x"), None),
        row(None, made("Secret", "token-m9t4k2f8dh", a="UExBTlRFRC0y")),
    )
    [only] = reported(*rows).resources
    assert "UExBTlRFRC" not in only.diff
    assert '-  a: "(old value)"\n+  a: "(new value)"\n' in only.diff


def test_what_is_not_surely_the_same_object_is_not_paired() -> None:
    other = row(None, made("ConfigMap", "other-m9t4k2f8dh"))
    second = row(None, made("ConfigMap", "settings-2222222222"))
    plain = row(None, made("ConfigMap", "settings"))
    assert [each.change for each in reported(OLD, other).resources] == ["removed", "added"]
    assert [each.change for each in reported(OLD, NEW, second).resources] == ["removed", "added", "added"]
    assert [each.change for each in reported(OLD, plain).resources] == ["removed", "added"]


def test_an_old_one_that_stays_is_told_of_by_itself() -> None:
    assert [each.change for each in reported(OLD, NEW, prunes=False).resources] == ["extra", "added"]
