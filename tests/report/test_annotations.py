"""Annotations: errors and warnings at file and line, ten of each and no more."""

from __future__ import annotations

from dataclasses import replace

from gitops_action.report.annotations import Annotation, annotations_of
from gitops_action.report.model import ChangeKind, Mode
from tests.report import samples


def test_refusals_errors_and_unknowns_come_before_deletions_dangers_and_adoptions() -> None:
    assert annotations_of(samples.mixed()) == (
        Annotation(
            level="error",
            message=f"{samples.CLAIM_REFUSAL}\n{samples.LEDGER.remedy}",
            title="payments: StatefulSet pay/ledger: refused by the API server",
            file="deploy/ledger.yaml",
            line=12,
        ),
        Annotation(
            level="error",
            message="helm template: values.yaml: cannot unmarshal string into field replicas of type int\n"
            "Write replicas as a number in apps/reports/values.yaml.",
            title="reports: ComparisonError",
            file="apps/reports.yaml",
            line=1,
        ),
        Annotation(
            level="error",
            message="the cluster does not serve cert-manager.io/v1 Certificate\n"
            "Install the CustomResourceDefinition first, or add it to this application.",
            title="search: Certificate shop/search-tls: could not be compared",
            file="deploy/search/tls.yaml",
            line=3,
        ),
        Annotation(
            level="warning",
            message="payments: Service pay/ledger-legacy will be deleted",
            title="payments: Service pay/ledger-legacy: will be deleted",
            file="apps/payments.yaml",
            line=1,
        ),
        Annotation(
            level="warning",
            message="storefront: Deployment shop/storefront restarts 9 pods",
            title="storefront: Deployment shop/storefront: restarts 9 pods",
            file="deploy/storefront.yaml",
            line=1,
        ),
        Annotation(
            level="warning",
            message="it exists and belongs to no application",
            title="storefront: ConfigMap shop/storefront-flags: adopted",
            file="apps/storefront.yaml",
            line=1,
        ),
    )


def test_a_failed_sync_says_what_failed_and_why_it_is_degraded() -> None:
    found = [(each.level, each.title, each.message) for each in annotations_of(samples.sync_failed())]
    assert found == [
        ("error", "payments: StatefulSet pay/ledger: sync failed", f"{samples.CLAIM_REFUSAL}\n{samples.LEDGER.remedy}"),
        (
            "error",
            "storefront: degraded after the sync",
            "Deployment shop/storefront is Degraded. The image cannot be pulled: storefront:2.8.0: not found",
        ),
    ]


def test_a_failed_operation_without_a_failed_object_gives_its_message() -> None:
    failed = samples.an_application(
        "web", samples.STOREFRONT, exit_code=4, operation_phase="Error", operation_message="the hook's pod was evicted"
    )
    (annotation,) = annotations_of(samples.a_report(failed, mode=Mode.SYNC))
    assert (annotation.title, annotation.message) == ("web: sync failed", "the hook's pod was evicted")


def test_a_prune_that_a_sync_skipped_is_a_warning() -> None:
    left = replace(samples.LEGACY_SERVICE, result="PruneSkipped", result_message="ignored (requires pruning)")
    application = samples.an_application("web", left, operation_phase="Succeeded", exit_code=1)
    (annotation,) = annotations_of(samples.a_report(application, mode=Mode.SYNC))
    assert (annotation.level, annotation.message) == ("warning", "ignored (requires pruning)")


def test_at_most_ten_of_a_level_are_given_and_the_last_counts_the_rest() -> None:
    rows = tuple(
        samples.a_resource("Service", f"old-{at}", ChangeKind.REMOVED, refusal="no" if at % 2 else "")
        for at in range(50)
    )
    found = annotations_of(samples.a_report(samples.an_application("web", *rows)))
    assert [each.level for each in found] == ["error"] * 10 + ["warning"] * 10
    assert found[9] == Annotation("error", "and 16 more errors: see the job summary")
    assert found[19] == Annotation("warning", "and 41 more warnings: see the job summary")


def test_ten_are_all_given() -> None:
    rows = tuple(samples.a_resource("Service", f"old-{at}", ChangeKind.REMOVED) for at in range(10))
    found = annotations_of(samples.a_report(samples.an_application("web", *rows)))
    assert found[9].title == "web: Service shop/old-9: will be deleted"


def test_nothing_to_say_is_nothing() -> None:
    assert annotations_of(samples.nothing()) == ()


def test_hostile_text_is_one_line_without_control_characters() -> None:
    for annotation in annotations_of(samples.hostile()):
        assert annotation.message.count("\n") <= 1
        assert "\n" not in annotation.title + annotation.file
        assert "\x1b" not in "".join(map(str, annotation))
