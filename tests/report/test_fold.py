"""The words beside each object, and the guard that no template shows a text as it came."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gitops_action.report.comment import _environment
from gitops_action.report.fold import words
from gitops_action.report.model import ChangeKind, Mode
from gitops_action.report.phrases import counted, watch_out
from tests.report.samples import (
    CERTIFICATE,
    LEDGER,
    LEGACY_SERVICE,
    STOREFRONT,
    a_resource,
    an_application,
    equal_resources,
)

if TYPE_CHECKING:
    from gitops_action.report.model import ResourceReport

MINUS = "\N{MINUS SIGN}"
ADDED = a_resource("ConfigMap", "new", ChangeKind.ADDED, diff="+a: 1\n")


@pytest.mark.parametrize(
    ("mode", "resource", "said"),
    [
        (Mode.DIFF, STOREFRONT, f"changed, +1 {MINUS}1"),
        (Mode.DIFF, replace(STOREFRONT, added_lines=0, removed_lines=0), "changed"),
        (Mode.DIFF, ADDED, "added, 1 line"),
        (Mode.DIFF, replace(ADDED, added_lines=0), "added"),
        (Mode.DIFF, LEGACY_SERVICE, "deleted, 12 lines"),
        (Mode.DIFF, replace(LEGACY_SERVICE, removed_lines=0), "deleted"),
        (Mode.DIFF, LEDGER, f"changed, +1 {MINUS}1 · ❌ refused by the API server"),
        (Mode.DIFF, replace(STOREFRONT, obstacle="another's"), f"changed, +1 {MINUS}1 · ❌ not ours to touch"),
        (Mode.DIFF, replace(STOREFRONT, dangers=("restarts 9 pods",)), f"changed, +1 {MINUS}1 · ⚠️ restarts 9 pods"),
        (Mode.DIFF, replace(equal_resources(1)[0], obstacle="another's"), "equal · ❌ not ours to touch"),
        (Mode.DIFF, CERTIFICATE, "❌ could not be compared"),
        (Mode.SYNC, replace(LEDGER, result="SyncFailed"), "❌ failed"),
        (Mode.SYNC, replace(LEGACY_SERVICE, result="PruneSkipped"), "not in Git, and not pruned"),
    ],
)
def test_words_say_what_happens_to_an_object(mode: Mode, resource: ResourceReport, said: str) -> None:
    assert words(mode, resource) == said


def test_deletions_of_one_kind_name_it_and_of_many_count_objects() -> None:
    other = replace(LEGACY_SERVICE, kind="ConfigMap")
    assert watch_out(an_application("web", LEGACY_SERVICE, LEGACY_SERVICE)) == ("deletes 2 Services",)
    assert watch_out(an_application("web", LEGACY_SERVICE, other)) == ("deletes 2 objects",)


def test_changes_are_counted_by_sign() -> None:
    assert counted((ADDED, STOREFRONT, STOREFRONT, LEGACY_SERVICE)) == f"+1 ~2 {MINUS}1"
    assert counted(equal_resources(2)) == "\N{EN DASH}"


def test_a_template_that_forgets_to_escape_fails() -> None:
    template = _environment().from_string("{{ name }}")
    with pytest.raises(TypeError, match="a template shows a text that was not escaped: '<b>'"):
        template.render(name="<b>")
