"""The sync options of applications and objects, word by word."""

from __future__ import annotations

import pytest

from gitops_action.sync.options import (
    PruneLimit,
    WriteMode,
    is_validated,
    propagation,
    takes_over,
    tolerates_missing_kind,
    write_mode,
)
from gitops_action.sync.prune import NO_PRUNE, NOT_CONFIRMED, REQUIRES_PRUNING, reversed_waves, skip_reason, veto
from tests.sync.example import TRACKING, an


@pytest.mark.parametrize(
    ("target", "live", "application", "refused", "expected"),
    [
        ("", "", (), False, WriteMode.APPLY),
        ("", None, ("Replace=true",), False, WriteMode.APPLY),
        ("Replace=true", "", (), False, WriteMode.REPLACE),
        ("", "Replace=true", (), False, WriteMode.REPLACE),
        ("Replace=false", "", ("Replace=true",), False, WriteMode.REPLACE),
        ("Replace = true", "", ("replace=true",), False, WriteMode.APPLY),
        ("Force=true", "", (), False, WriteMode.APPLY),
        ("Force=true", "", (), True, WriteMode.RECREATE),
        ("Force=true,Replace=true", "", (), False, WriteMode.RECREATE),
        ("Replace=true", "Force=true", (), False, WriteMode.RECREATE),
        ("", "", ("Force=true",), True, WriteMode.APPLY),
    ],
)
def test_how_an_object_is_written_5_8_syn_30_syn_31(
    target: str, live: str | None, application: tuple[str, ...], refused: bool, expected: WriteMode
) -> None:
    there = None if live is None else an("ConfigMap", "x", options=live)
    wanted = an("ConfigMap", "x", options=target)
    assert write_mode(wanted, there, application_options=application, refused=refused) is expected


@pytest.mark.parametrize("kind", ["Namespace", "CustomResourceDefinition"])
def test_what_holds_other_objects_is_never_deleted_to_be_replaced(kind: str) -> None:
    forced = an(kind, "x", options="Force=true,Replace=true")
    assert write_mode(forced, forced) is WriteMode.REPLACE


@pytest.mark.parametrize(
    ("live", "application", "prune", "expected"),
    [
        ("", (), False, REQUIRES_PRUNING),
        ("", (), True, ""),
        ("Prune=false", (), True, NO_PRUNE),
        ("", ("Prune=false",), True, NO_PRUNE),
        ("Prune=true", ("Prune=false",), True, ""),
        ("Prune=confirm", (), True, NOT_CONFIRMED),
        ("", ("Prune=confirm",), True, NOT_CONFIRMED),
        ("prune=false", (), True, ""),
    ],
)
def test_what_is_not_pruned_5_9(live: str, application: tuple[str, ...], prune: bool, expected: str) -> None:
    assert skip_reason(an("ConfigMap", "x", options=live), prune=prune, application_options=application) == expected


@pytest.mark.parametrize(
    ("waves", "expected"),
    [([1, 3, 4], {1: 4, 3: 3, 4: 1}), ([2, 2], {2: 2}), ([], {}), ([-1, 5], {-1: 5, 5: -1})],
)
def test_prune_waves_change_places_syn_20(waves: list[int], expected: dict[int, int]) -> None:
    assert reversed_waves(waves) == expected


def test_an_object_read_again_is_left_alone_when_it_is_not_what_was_planned() -> None:
    planned = an("ConfigMap", "x").with_metadata(uid="1")
    ours = "argocd.argoproj.io/tracking-id"
    assert veto(planned, planned, TRACKING) == ""
    assert veto(planned.with_metadata(uid="2"), planned, TRACKING).endswith("created again since it was compared")
    foreign = planned.with_annotations({ours: "billing:/ConfigMap:default/x"})
    assert veto(foreign, planned, TRACKING).endswith("no longer tracked for this application but for billing")
    untracked = planned.with_metadata(annotations=None)
    assert veto(untracked, planned, TRACKING).endswith("for nobody")
    copied = planned.with_annotations({ours: "shop:/ConfigMap:default/other"})
    assert veto(copied, planned, TRACKING).endswith("its tracking-id names another object")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), "Foreground"),
        (("PrunePropagationPolicy=background",), "Background"),
        (("PrunePropagationPolicy=orphan", "PrunePropagationPolicy=foreground"), "Foreground"),
        (("PrunePropagationPolicy=Orphan",), "Foreground"),
        (("PrunePropagationPolicy=orphan",), "Orphan"),
    ],
)
def test_how_deletions_spread_syn_41(options: tuple[str, ...], expected: str) -> None:
    assert propagation(options) == expected


def test_words_of_application_and_object_syn_16_syn_32_syn_34() -> None:
    plain = an("ConfigMap", "x")
    assert is_validated(plain)
    assert not is_validated(plain, ("Validate=false",))
    assert not is_validated(an("ConfigMap", "x", options="Validate=false"))
    assert not tolerates_missing_kind(plain)
    assert tolerates_missing_kind(plain, ("SkipDryRunOnMissingResource=true",))
    assert takes_over()
    assert not takes_over(("ClientSideApplyMigration=false",))


@pytest.mark.parametrize(
    ("limit", "pruned", "total", "forbidden"),
    [
        (PruneLimit(), 5, 10, False),
        (PruneLimit(), 10, 10, False),
        (PruneLimit(), 5, 11, False),
        (PruneLimit(), 6, 11, True),
        (PruneLimit(amount=3, is_percent=False), 3, 4, False),
        (PruneLimit(amount=3, is_percent=False), 4, 400, True),
        (PruneLimit(amount=0), 1, 11, True),
    ],
)
def test_how_much_a_sync_may_delete(limit: PruneLimit, pruned: int, total: int, forbidden: bool) -> None:
    assert limit.forbids(pruned=pruned, total=total) is forbidden
