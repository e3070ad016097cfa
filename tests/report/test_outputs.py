"""Step outputs and the exit code: the worst of all applications, and what the user asked to fail on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import orjson
import pytest

from gitops_action.errors import ExitCode
from gitops_action.inputs import FailOn
from gitops_action.report.model import Mode
from gitops_action.report.outputs import APPLICATIONS_LIMIT, exit_code, outputs
from tests.report import samples
from tests.report.samples import a_report, an_application

if TYPE_CHECKING:
    from gitops_action.report.model import ApplicationReport


def test_outputs_are_words_and_counts_over_all_applications() -> None:
    values = outputs(samples.mixed())
    listed = orjson.loads(values.pop("applications"))
    assert values == {
        "command": "diff",
        "sync-status": "Unknown",
        "health-status": "Unknown",
        "operation-phase": "",
        "changed": "true",
        "out-of-sync": "2",
    }
    assert [each["name"] for each in listed] == ["payments", "reports", "search", "storefront", "checkout"]
    assert listed[0] == {
        "name": "payments",
        "sync": "OutOfSync",
        "health": "Healthy",
        "phase": "",
        "added": 0,
        "changed": 2,
        "removed": 1,
        "unknown": 0,
        "revision": "9b71e04f0a5be64c1e4d16d1d4db08a8b4f4f3a1",
    }


def test_outputs_of_a_sync_have_the_worst_phase_and_health() -> None:
    values = outputs(samples.sync_failed())
    assert (values["operation-phase"], values["health-status"]) == ("Failed", "Degraded")
    assert (values["sync-status"], values["out-of-sync"]) == ("OutOfSync", "1")


def test_outputs_of_nothing_are_empty_words() -> None:
    assert outputs(a_report()) == {
        "command": "diff",
        "sync-status": "",
        "health-status": "",
        "operation-phase": "",
        "changed": "false",
        "out-of-sync": "0",
        "applications": "[]",
    }


def test_a_list_that_no_process_could_be_given_is_cut_to_the_worst() -> None:
    same = samples.nothing().applications[0]
    bad = replace(samples.all_failed().applications[0], name="bad")
    report = a_report(*(replace(same, name=f"team-{number}") for number in range(3_000)), bad)
    text = outputs(report)["applications"]
    listed = orjson.loads(text)
    assert len(text) <= APPLICATIONS_LIMIT
    assert len(listed) > 400
    assert listed[0]["name"] == "bad"


SAME = an_application("same")
CHANGED = an_application("changed", samples.STOREFRONT)
DELETING = an_application("deleting", samples.LEGACY_SERVICE)
UNKNOWN = an_application("unknown", samples.CERTIFICATE, exit_code=3)
UNREACHABLE = an_application("away", sync_status="Unknown", exit_code=7)
INVALID = an_application("invalid", sync_status="Unknown", exit_code=2)
PRUNED = an_application("pruned", replace(samples.LEGACY_SERVICE, result="Pruned"), sync_status="Synced", exit_code=0)


@pytest.mark.parametrize(
    ("applications", "never", "error", "danger", "diff"),
    [
        ([], 0, 0, 0, 0),
        ([SAME], 0, 0, 0, 0),
        ([SAME, CHANGED], 0, 0, 0, 1),
        ([CHANGED, DELETING], 0, 0, 1, 1),
        ([an_application("x", replace(samples.STOREFRONT, dangers=("restarts 9 pods",)))], 0, 0, 1, 1),
        ([an_application("x", replace(samples.STOREFRONT, adopts=True))], 0, 0, 0, 1),
        ([PRUNED], 0, 0, 0, 0),
        ([CHANGED, UNKNOWN], 0, 3, 3, 3),
        ([DELETING, UNKNOWN, UNREACHABLE], 0, 7, 7, 7),
        ([INVALID, UNREACHABLE], 2, 2, 2, 2),
    ],
)
def test_the_exit_code_follows_what_the_user_wants_to_fail_on(
    applications: list[ApplicationReport], never: int, error: int, danger: int, diff: int
) -> None:
    report = a_report(*applications)
    asked = (FailOn.NEVER, FailOn.ERROR, FailOn.DANGER, FailOn.DIFF)
    assert tuple(exit_code(report, each) for each in asked) == (never, error, danger, diff)


def test_prunes_that_a_sync_left_over_fail_only_where_differences_do() -> None:
    left = an_application("web", replace(samples.LEGACY_SERVICE, result="PruneSkipped"), operation_phase="Succeeded")
    report = a_report(left, mode=Mode.SYNC)
    assert exit_code(report, FailOn.ERROR) is ExitCode.OK
    assert exit_code(report, FailOn.DIFF) is ExitCode.DIFFERENT
