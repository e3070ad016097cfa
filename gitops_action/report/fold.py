"""One application as the page shows it: its row of the table and its fold.

In: an application, a level, the diffs that fit, and what stands in the open already. Out: frozen values in
the order of the fold. All texts are still foreign: the templates' filters escape them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gitops_action.report import phrases
from gitops_action.report.drift import drift_words, drifted
from gitops_action.report.findings import object_name
from gitops_action.report.model import ChangeKind, Mode
from gitops_action.report.outcome import DIFFERENT, Sign, differs, is_unknown, sign

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.report.findings import Finding
    from gitops_action.report.level import Level
    from gitops_action.report.model import ApplicationReport, ConditionReport, Report, ResourceReport

_SHORT_DIFF = 2_500
"""Characters of diffs up to which the only application's fold is open from the start."""
_LONG_DIFF = 60
"""Lines from which a diff has a fold of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceView:
    """One object inside an application's fold; ``diff`` is empty where its counts must do."""

    resource: ResourceReport
    name: str
    words: str
    origin: str
    """Where the difference comes from, in words; empty where that goes without saying."""
    reasons: tuple[str, ...]
    remedy: str
    diff: str
    has_fold: bool
    is_brief: bool
    """Whether one line says all."""
    is_secret: bool
    overridden: tuple[str, ...]
    """Paths that this change sets, and at which live had left Git before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationView:
    """One application: its row and its fold."""

    application: ApplicationReport
    sign: Sign
    sync: str
    counts: str
    drift: str
    spelled: str
    watch_out: tuple[str, ...]
    troubles: tuple[str, ...]
    conditions: tuple[ConditionReport, ...]
    sentence: str
    resources: tuple[ResourceView, ...]
    brief: tuple[ResourceView, ...]
    unlisted: int
    unlisted_counts: str
    hooks: tuple[ResourceReport, ...]
    adopted: tuple[str, ...]
    marked: int
    is_open: bool
    has_fold: bool


class Quota:
    """Counts down how many more objects may be listed."""

    def __init__(self, left: int | None) -> None:
        self._left = left

    def take(self, wanted: int) -> int:
        """Return how many of ``wanted`` are granted."""
        if self._left is None:
            return wanted
        granted = min(wanted, self._left)
        self._left -= granted
        return granted


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranger:
    """Arranges applications and their objects; ``told`` are the findings that stand in the open already."""

    report: Report
    level: Level
    shown: Mapping[int, tuple[str, ...]]
    told: frozenset[tuple[str, ...]]

    def application(self, application: ApplicationReport, quota: Quota) -> ApplicationView:
        """Return an application's row and fold."""
        mode = self.report.mode
        worth = [each for each in application.resources if self._is_worth_a_line(application, each)]
        worth.sort(key=_weight)
        listed = worth[: quota.take(len(worth))] if self.level.folds else []
        unlisted = worth[len(listed) :]
        resources = tuple(view for each in listed for view in self.resource(application, each))
        is_small = sum(len(each.diff) for each in resources) <= _SHORT_DIFF and len(resources) <= 5
        conditions = tuple(each for each in application.conditions if not self._is_told(application, each.message))
        marked = [each for each in application.resources if each.only_marked]
        has_news = worth or marked or conditions or application.causes or (mode is Mode.SYNC and differs(application))
        return ApplicationView(
            application=application,
            sign=sign(mode, application),
            sync=phrases.sync_words(application),
            counts=phrases.counted_changes(self.report, application),
            drift=phrases.counted(drifted(application)),
            spelled=phrases.spelled(application),
            watch_out=phrases.watch_out(application),
            troubles=phrases.troubles(application),
            conditions=conditions,
            sentence=phrases.sentence(mode, application),
            resources=tuple(each for each in resources if not each.is_brief),
            brief=tuple(each for each in resources if each.is_brief),
            unlisted=len(unlisted),
            unlisted_counts=phrases.counted(unlisted),
            hooks=tuple(each for each in application.resources if each.change is ChangeKind.HOOK),
            adopted=tuple(f"{each.kind} {object_name(each)}" for each in application.resources if each.adopts),
            marked=sum(1 for each in marked if not each.adopts),
            is_open=len(self.report.applications) == 1 and is_small,
            has_fold=self.level.folds and bool(has_news),
        )

    def resource(self, application: ApplicationReport, resource: ResourceReport) -> tuple[ResourceView, ...]:
        """Return an object's block, and one more for its drift; what was said of it in the open is not said again."""
        diff, *others = self.shown.get(id(resource), ("",))
        drift_origin = drift_words(resource, self.report.started)
        if not others:
            return (self._block(application, resource, diff, drift_origin),)
        part = replace(resource, added_lines=_count(diff, "+"), removed_lines=_count(diff, "-"))
        said = words(self.report.mode, part, changed="this change")
        change = replace(self._block(application, part, diff, ""), words=said)
        drift = replace(
            resource, adopts=False, refusal="", obstacle="", unknown="", remedy="", dangers=(), overridden=()
        )
        return change, replace(self._block(application, drift, others[0], drift_origin), words="")

    def _block(self, application: ApplicationReport, resource: ResourceReport, diff: str, origin: str) -> ResourceView:
        whole = resource.change in {ChangeKind.ADDED, ChangeKind.REMOVED}
        reasons = tuple(each for each in _reasons(resource) if not self._is_told(application, each, resource))
        return ResourceView(
            resource=resource,
            name=object_name(resource),
            words=words(self.report.mode, resource),
            origin=origin,
            reasons=reasons,
            remedy=resource.remedy if len(reasons) == len(_reasons(resource)) else "",
            diff=diff,
            has_fold=bool(diff) and (whole or diff.count("\n") >= _LONG_DIFF),
            is_brief=not diff and not reasons and not resource.remedy and not _is_unwell(self.report.mode, resource),
            is_secret=phrases.is_secret(resource) and bool(diff),
            overridden=resource.overridden,
        )

    def _is_worth_a_line(self, application: ApplicationReport, resource: ResourceReport) -> bool:
        """Whether there is more to say of an object than what stands in the open."""
        untold = any(not self._is_told(application, each, resource) for each in _reasons(resource))
        is_mark = resource.only_marked and self.report.mode is Mode.DIFF
        return bool((resource.change in DIFFERENT and not is_mark) or resource.dangers or untold)

    def _is_told(self, application: ApplicationReport, text: str, resource: ResourceReport | None = None) -> bool:
        kind, name = (resource.kind, object_name(resource)) if resource else ("", "")
        return (application.name, kind, name, text) in self.told


def subject(finding: Finding) -> tuple[str, ...]:
    """Return what makes a finding the same as a text beside an object or application."""
    return finding.application, finding.kind, finding.object, finding.message


def _is_unwell(mode: Mode, resource: ResourceReport) -> bool:
    return mode is Mode.SYNC and resource.health_status not in {"", "Healthy"}


def _reasons(resource: ResourceReport) -> tuple[str, ...]:
    """Return what the cluster or we had to say against an object, each text once."""
    result = resource.result_message if resource.result in {"SyncFailed", "PruneSkipped"} else ""
    return tuple(dict.fromkeys(filter(None, (resource.refusal, resource.obstacle, resource.unknown, result))))


def _weight(resource: ResourceReport) -> tuple[bool, bool, bool]:
    return (
        not (resource.refusal or resource.obstacle or resource.result == "SyncFailed"),
        not resource.unknown,
        resource.change is not ChangeKind.REMOVED,
    )


def words(mode: Mode, resource: ResourceReport, *, changed: str = "changed") -> str:
    """Return what happens, or happened, to an object, with the lines that differ; ``changed`` is the word for that."""
    if mode is Mode.SYNC and resource.result == "SyncFailed":
        return f"{Sign.BAD} failed"
    if resource.result == "PruneSkipped":
        return "not in Git, and not pruned"
    if is_unknown(resource):
        return f"{Sign.BAD} could not be compared"
    dangers = (f"{Sign.CARE} {danger}" for danger in resource.dangers)
    change = " · ".join(filter(None, (_change_words(resource, changed), *phrases.remarks_on(resource), *dangers)))
    if resource.refusal:
        return f"{change} · {Sign.BAD} refused by the API server"
    return f"{change} · {Sign.BAD} not ours to touch" if resource.obstacle else change


def _count(diff: str, sign: str) -> int:
    return sum(line.startswith(sign) for line in diff.split("\n"))


def _change_words(resource: ResourceReport, changed: str) -> str:
    added, removed = resource.added_lines, resource.removed_lines
    match resource.change:
        case ChangeKind.CHANGED:
            return f"{changed}, +{added} {phrases.MINUS}{removed}" if added or removed else changed
        case ChangeKind.ADDED:
            return f"added, {phrases.numbered(added, 'line')}" if added else "added"
        case ChangeKind.REMOVED:
            return f"deleted, {phrases.numbered(removed, 'line')}" if removed else "deleted"
        case _:
            return resource.change.value
