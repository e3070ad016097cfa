"""The verdict: one line, right in number and in tense, for everything that can become of applications."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.report.model import ChangeKind, ConditionReport, Mode
from gitops_action.report.outcome import Outcome, Sign, outcome, sign, verdict, worst_first
from gitops_action.report.phrases import sentence, watch_out
from tests.report import samples
from tests.report.samples import a_report, a_resource, an_application

if TYPE_CHECKING:
    from gitops_action.report.model import ApplicationReport

SAME = an_application("same", *samples.equal_resources(3))
CHANGED = an_application("changed", samples.STOREFRONT)
DELETING = an_application("deleting", samples.LEGACY_SERVICE)
REFUSED = an_application("refused", samples.LEDGER, exit_code=3)
PARTIAL = an_application("partial", samples.CERTIFICATE, sync_status="Unknown", exit_code=3)
BROKEN = an_application(
    "broken",
    sync_status="Unknown",
    exit_code=3,
    conditions=(ConditionReport(type="ComparisonError", message="no such path"),),
)


def synced(name: str, *resources: Any, **fields: Any) -> ApplicationReport:
    known: dict[str, Any] = {"operation_phase": "Succeeded", "sync_status": "Synced", "exit_code": 0}
    return an_application(name, *resources, **(known | fields))


FAILED = synced("failed", samples.STOREFRONT, operation_phase="Failed", sync_status="OutOfSync", exit_code=4)
DEGRADED = synced("degraded", samples.STOREFRONT, health_status="Degraded", exit_code=5)
LATE = synced("late", samples.STOREFRONT, health_status="Progressing", exit_code=5)
LATE_IN_A_HOOK = synced("late", samples.STOREFRONT, operation_phase="Running", health_status="Missing", exit_code=5)
FORBIDDEN = an_application("forbidden", samples.STOREFRONT, refused="sync window", exit_code=6)
LOCKED = an_application(
    "locked", samples.STOREFRONT, exit_code=9, conditions=(ConditionReport(type="SyncError", message="held by run 1"),)
)
KILLED = synced("killed", samples.STOREFRONT, operation_phase="Terminating", exit_code=130)
LEFTOVER = synced("leftover", samples.LEGACY_SERVICE, sync_status="OutOfSync", exit_code=1)
DONE = synced("done", samples.STOREFRONT)
UNREACHABLE = an_application(
    "away", sync_status="Unknown", exit_code=7, conditions=(ConditionReport(type="ComparisonError", message="refused"),)
)
CUT_OFF = an_application(
    "cut off",
    samples.STOREFRONT,
    exit_code=7,
    conditions=(ConditionReport(type="SyncError", message="connection lost"),),
)
OFFLINE = an_application("offline", samples.STOREFRONT, sync_status="", health_status="", exit_code=0)
OFFLINE_SAME = an_application("offline", samples.equal_resources(1)[0], sync_status="", health_status="")


@pytest.mark.parametrize(
    ("mode", "applications", "words"),
    [
        (Mode.DIFF, [], "⚠️ No applications found"),
        (Mode.DIFF, [SAME], "✅ Nothing changes: the application is in sync"),
        (Mode.DIFF, [SAME, SAME], "✅ Nothing changes: all 2 applications are in sync"),
        (Mode.DIFF, [CHANGED], "✅ 1 application will change"),
        (Mode.DIFF, [CHANGED, SAME], "✅ 1 of 2 applications will change"),
        (Mode.DIFF, [CHANGED, CHANGED], "✅ All 2 applications will change"),
        (Mode.DIFF, [CHANGED, DELETING, SAME], "⚠️ 2 of 3 applications will change"),
        (Mode.DIFF, [REFUSED, SAME], "❌ 1 of 2 applications would fail to sync"),
        (Mode.DIFF, [FORBIDDEN], "❌ 1 application would fail to sync"),
        (Mode.DIFF, [PARTIAL, SAME], "❌ 1 of 2 applications could be compared only in part"),
        (Mode.DIFF, [BROKEN, CHANGED], "❌ 1 of 2 applications could not be compared, 1 will change"),
        (Mode.DIFF, [UNREACHABLE, UNREACHABLE], "❌ All 2 applications could not be compared"),
        (
            Mode.DIFF,
            [CHANGED, BROKEN, REFUSED, REFUSED, SAME],
            "❌ 2 of 5 applications would fail to sync, 1 could not be compared, 1 will change",
        ),
        (
            Mode.DIFF,
            [CHANGED, PARTIAL, CHANGED, SAME],
            "❌ 1 of 4 applications could be compared only in part, 2 will change",
        ),
        (Mode.DIFF, [OFFLINE], "⚠️ 1 application changes in Git, not compared with a cluster"),
        (Mode.DIFF, [OFFLINE, OFFLINE], "⚠️ All 2 applications change in Git, not compared with a cluster"),
        (Mode.DIFF, [OFFLINE_SAME], "✅ Nothing changes in Git, not compared with a cluster"),
        (Mode.DIFF, [OFFLINE, BROKEN], "❌ 1 of 2 applications could not be compared, 1 will change"),
        (Mode.SYNC, [SAME], "✅ Nothing to sync: the application is already in sync"),
        (Mode.SYNC, [SAME] * 3, "✅ Nothing to sync: all 3 applications are already in sync"),
        (Mode.SYNC, [DONE], "✅ 1 application was synced"),
        (Mode.SYNC, [DONE, DONE, SAME], "✅ 2 of 3 applications were synced"),
        (Mode.SYNC, [FAILED], "❌ 1 application failed to sync"),
        (Mode.SYNC, [CUT_OFF], "❌ 1 application failed to sync"),
        (Mode.SYNC, [DEGRADED, DONE], "❌ 1 of 2 applications is degraded after its sync, 1 was synced"),
        (Mode.SYNC, [LATE], "❌ 1 application did not become healthy in time"),
        (Mode.SYNC, [LATE_IN_A_HOOK], "❌ 1 application did not become healthy in time"),
        (Mode.SYNC, [FORBIDDEN, FORBIDDEN, SAME], "❌ 2 of 3 applications were refused"),
        (Mode.SYNC, [LOCKED], "❌ 1 application waited in vain for another sync"),
        (Mode.SYNC, [KILLED], "❌ 1 application was interrupted"),
        (Mode.SYNC, [LEFTOVER], "⚠️ 1 application was synced but is still OutOfSync"),
        (Mode.SYNC, [BROKEN, DONE], "❌ 1 of 2 applications could not be compared, 1 was synced"),
        (Mode.DRIFT, [SAME, SAME], "✅ No drift: all 2 applications are in sync"),
        (Mode.DRIFT, [CHANGED, SAME], "⚠️ 1 of 2 applications has drifted"),
        (Mode.DRIFT, [CHANGED, CHANGED, SAME], "⚠️ 2 of 3 applications have drifted"),
        (Mode.DRIFT, [BROKEN], "❌ 1 application could not be compared"),
    ],
)
def test_the_verdict_says_exactly(mode: Mode, applications: list[ApplicationReport], words: str) -> None:
    assert verdict(a_report(*applications, mode=mode)) == words


def test_no_applications_and_a_note_is_not_the_same_as_no_applications() -> None:
    assert verdict(a_report(notes=("The pull request comes from a fork.",))) == "⚠️ Nothing was compared"


def test_unknown_is_never_shown_as_good() -> None:
    blank = an_application("blank", sync_status="Unknown", exit_code=0)
    for mode in Mode:
        assert outcome(mode, blank) is Outcome.BROKEN
        assert sign(mode, blank) is Sign.BAD


def test_applications_stand_worst_first_and_else_in_their_order() -> None:
    report = a_report(SAME, CHANGED, DELETING, PARTIAL, BROKEN, REFUSED, replace(CHANGED, name="also changed"))
    names = [application.name for application in worst_first(report)]
    assert names == ["refused", "broken", "partial", "deleting", "changed", "also changed", "same"]


@pytest.mark.parametrize(
    ("mode", "application", "words"),
    [
        (Mode.DIFF, SAME, ""),
        (Mode.DIFF, CHANGED, "changes 1 object"),
        (
            Mode.DIFF,
            an_application(
                "web",
                samples.STOREFRONT,
                samples.LEGACY_SERVICE,
                a_resource("Pod", "p", ChangeKind.ADDED),
                a_resource("Pod", "q", ChangeKind.ADDED, dangers=("restarts 9 pods",)),
                samples.MIGRATION,
            ),
            "adds 2 objects, changes 1, deletes 1, runs 1 hook and restarts 9 pods",
        ),
        (Mode.DIFF, REFUSED, "is refused by the API server: its sync would stop before the first change"),
        (
            Mode.DIFF,
            an_application("web", replace(samples.STOREFRONT, obstacle="owned by another")),
            "is refused by another owner: its sync would stop before the first change",
        ),
        (Mode.DIFF, FORBIDDEN, "may not be synced: a rule refuses it"),
        (Mode.DIFF, BROKEN, "could not be rendered or compared"),
        (Mode.DIFF, UNREACHABLE, "could not be compared, because the cluster cannot be reached"),
        (Mode.DIFF, PARTIAL, "has 1 object that could not be compared"),
        (Mode.SYNC, DONE, "was synced: 1 changed"),
        (Mode.SYNC, FAILED, "failed to sync"),
        (Mode.SYNC, DEGRADED, "was applied, and is degraded"),
        (Mode.SYNC, LATE, "was applied, and was still Progressing when the time was up"),
        (Mode.SYNC, FORBIDDEN, "was not synced: a rule refuses it"),
        (Mode.SYNC, REFUSED, "was not synced: the API server stands against it, and nothing was changed"),
        (Mode.SYNC, LOCKED, "was not synced: another sync holds its lock"),
        (Mode.SYNC, KILLED, "was interrupted; the next sync finishes it"),
        (Mode.SYNC, LEFTOVER, "was synced and is still OutOfSync: what is no longer in Git was not pruned"),
        (Mode.DRIFT, CHANGED, "differs from Git: 1 changed"),
        (
            Mode.DRIFT,
            replace(CHANGED, operation_phase="Succeeded"),
            "differs from Git: 1 changed; self-heal brought it back",
        ),
    ],
)
def test_a_sentence_says_what_happens_to_an_application(mode: Mode, application: ApplicationReport, words: str) -> None:
    assert sentence(mode, application) == words


def test_watch_out_names_the_gravest_first_and_counts_the_rest() -> None:
    claim = a_resource("PersistentVolumeClaim", "data", ChangeKind.REMOVED)
    left = replace(samples.LEGACY_SERVICE, result="PruneSkipped")
    adopted = replace(samples.STOREFRONT, adopts=True, dangers=("restarts 9 pods",))
    application = an_application("web", samples.LEDGER, claim, left, adopted, samples.SECRET)
    assert watch_out(application, 9) == (
        "1 refused",
        "deletes 1 PersistentVolumeClaim",
        "1 not pruned",
        "restarts 9 pods",
        "changes a Secret",
        "adopts 1 object",
    )
    assert watch_out(application) == ("1 refused", "deletes 1 PersistentVolumeClaim", "4 more")
