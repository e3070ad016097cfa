"""Comparison and operation → the report of one application. Nothing leaves here unmasked.

In: what was compared, judged and done. Out: ``ApplicationReport``: diffs are made of masked objects, and the words of
servers and renderers are scrubbed of every secret value that an object of this application holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gitops_action.application.application import ConditionType
from gitops_action.comparison import danger
from gitops_action.comparison.attribution import Cause
from gitops_action.comparison.danger_workloads import Surroundings, surroundings
from gitops_action.comparison.diff import unified
from gitops_action.comparison.display import is_only_marked, shown_sides
from gitops_action.comparison.mask import mask_pair, scrub, secret_values
from gitops_action.comparison.model import SyncStatusCode
from gitops_action.comparison.writer import last_writer
from gitops_action.dangers import DangerPolicy, DangerWeight
from gitops_action.errors import ExitCode, Refused
from gitops_action.health import HealthStatusCode
from gitops_action.report.images import image_changes
from gitops_action.report.live_only import live_only, nothing_hidden
from gitops_action.report.model import (
    ApplicationReport,
    ChangeKind,
    ConditionReport,
    HiddenReport,
    Mode,
    ResourceReport,
)
from gitops_action.report.outcome import DIFFERENT
from gitops_action.report.renamed import with_renames
from gitops_action.resource.annotations import hook_types, sync_wave
from gitops_action.sync.model import OperationPhase
from gitops_action.sync.options import WriteMode, write_mode
from gitops_action.sync.prune import skip_reason

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from gitops_action.application.application import Application, ApplicationCondition
    from gitops_action.comparison.attribution import Attribution
    from gitops_action.comparison.model import Comparison, ResourceComparison
    from gitops_action.comparison.named_danger import Danger
    from gitops_action.errors import GitOpsError
    from gitops_action.health import HealthStatus
    from gitops_action.report.live_only import Veil
    from gitops_action.report.model import HistoryReport
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.sync.model import OperationResult, ResourceResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a run knows of one application. ``is_offline`` says that no cluster was asked.

    ``before`` is the comparison whose differences are shown; after a sync, ``status`` and ``health`` are what the
    cluster says now. ``attributions`` tell where each difference comes from; ``None`` where nobody can tell.
    """

    application: Application
    revision: str
    before: Comparison | None = None
    status: SyncStatusCode = SyncStatusCode.UNKNOWN
    health: HealthStatus | None = None
    resource_health: Mapping[ResourceKey, HealthStatus] = field(default_factory=dict)
    resource_status: Mapping[ResourceKey, SyncStatusCode] = field(default_factory=dict)
    conditions: tuple[ApplicationCondition, ...] = ()
    operation: OperationResult | None = None
    error: GitOpsError | None = None
    attributions: Mapping[ResourceKey, Attribution] | None = None
    is_offline: bool = False
    prunes: bool = True
    is_interrupted: bool = False
    danger_policy: DangerPolicy = field(default_factory=DangerPolicy)
    hides_live: bool = False
    """Whether anybody may read the report, so that values which only the cluster has are not shown."""
    external_urls: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """What was fetched to render it."""
    history: tuple[HistoryReport, ...] = ()


def application_report(found: Findings, mode: Mode) -> ApplicationReport:
    """Return the application's part of the report."""
    clean = Scrubber(found.before)
    results = {(result.key, result.is_hook): result for result in found.operation.resources} if found.operation else {}
    rows = found.before.resources if found.before else ()
    around = surroundings(rows) if mode is Mode.DIFF else None
    shown = tuple(_resource(row, found, results, clean, around) for row in rows)
    if mode is Mode.DIFF and found.before and not found.hides_live:
        shown = with_renames(shown, rows, found.before.masked_annotations)
    runs_hooks = found.before is not None and found.before.status is SyncStatusCode.OUT_OF_SYNC
    hooks = tuple(_hook(hook, found, results) for hook in found.before.hooks) if found.before and runs_hooks else ()
    application, operation, health = found.application, found.operation, found.health
    return ApplicationReport(
        name=application.name,
        namespace=application.namespace,
        project=application.project,
        cluster=str(application.destination),
        destination_namespace=application.destination.namespace,
        revision=found.revision,
        sync_status="" if found.is_offline else found.status.value,
        health_status=health.code.value if health else "",
        health_message=health.message if health else "",  # names of objects only
        operation_phase=operation.phase.value if operation else "",
        operation_message=clean(_operation_message(found, operation)) if operation else "",
        refused=clean(str(found.error)) if isinstance(found.error, Refused) else "",
        exit_code=_exit_code(found),
        file=application.file,
        line=application.line,
        conditions=_conditions(found, clean),
        causes=operation.causes if operation else (),
        resources=(*shown, *hooks),
        reproduce=f"gitops-action {mode.value} {application.name}",
        history=found.history,
        external_urls=found.external_urls,
        sources=found.sources,
    )


class Scrubber:
    """Takes the secret values of an application's objects out of texts; gathers them when the first text comes."""

    def __init__(self, comparison: Comparison | None) -> None:
        self._comparison = comparison
        self._secrets: frozenset[str] | None = None
        self._done = {"": ""}

    def __call__(self, text: str) -> str:
        """Return the text without secrets."""
        if text not in self._done:
            if self._secrets is None:
                self._secrets = secrets_of(self._comparison)
            self._done[text] = scrub(text, self._secrets)
        return self._done[text]


def _resource(
    row: ResourceComparison,
    found: Findings,
    results: Mapping[tuple[ResourceKey, bool], ResourceResult],
    clean: Scrubber,
    around: Surroundings | None,
) -> ResourceReport:
    stays = _why_it_stays(row, found)
    change = ChangeKind.EXTRA if stays else _change(row)
    shown = row.target or row.live
    differs = change in DIFFERENT
    cause = found.attributions.get(row.key) if found.attributions else None
    veil = _veil(row, cause) if found.hides_live and differs else nothing_hidden
    old, new = map(veil, shown_sides(row)) if differs else (None, None)
    annotations = found.before.masked_annotations if found.before else frozenset()
    diff = unified(*mask_pair(old, new, annotations=annotations)) if differs else None
    health = found.resource_health.get(row.key)
    result = results.get((row.key, row.is_hook))
    origin = row.target.origin if row.target else None
    report = ResourceReport(
        group=row.key.group,
        version=shown.api_version.rpartition("/")[2] if shown else "",
        kind=row.key.kind,
        namespace=row.key.namespace,
        name=row.key.name,
        sync_status=found.resource_status.get(row.key, row.status).value,
        change=change,
        method=row.method.value,
        diff=diff.text if diff else "",
        added_lines=diff.added if diff else 0,
        removed_lines=diff.removed if diff else 0,
        health_status=health.code.value if health else "",
        health_message=_health_message(health, row.live),
        refusal=clean(row.refusal),
        unknown=clean(row.unknown),
        obstacle=clean(row.obstacle),
        remedy=stays or row.remedy,
        adopts=row.adopts,
        only_marked=found.before is not None
        and change is ChangeKind.CHANGED
        and is_only_marked(row, found.before.tracking),
        hidden=tuple(HiddenReport(rule=each.rule, path=each.path) for each in row.hidden),
        requires_pruning=row.requires_pruning,
        wave=sync_wave(shown) if shown else 0,
        images=image_changes(old, new),
        file=origin.file if origin else "",
        line=origin.line if origin else 0,
        result=result.code.value if result and result.code else "",
        result_phase=result.hook_phase.value if result and result.hook_phase else "",
        result_message=clean(result.message) if result else "",
        sync_phase=result.phase.value if result else "",
        started=result.started if result else 0.0,
        finished=result.finished if result else 0.0,
    )
    report = _weighed(report, row, found, around)
    report = _attributed(report, row, cause, annotations, veil) if cause and diff else report
    return _without_secrets(report, clean) if row.shown else report


def _veil(row: ResourceComparison, cause: Attribution | None) -> Veil:
    """Return what hides the values that only the cluster has."""
    target, live = (side.object if side else None for side in (row.target, row.live))
    return live_only(live, target, cause.base if cause else None)


def _without_secrets(report: ResourceReport, clean: Scrubber) -> ResourceReport:
    """Return the report with scrubbed diffs: a rule may have hidden the name by which a value was known as secret."""
    return replace(
        report,
        diff=clean(report.diff),
        change_diff=clean(report.change_diff),
        drift_diff=clean(report.drift_diff),
    )


def _attributed(
    report: ResourceReport, row: ResourceComparison, found: Attribution, annotations: Collection[str], veil: Veil
) -> ResourceReport:
    """Return the object's report with what is this change's and what is drift, each masked by itself."""
    old, new = map(veil, shown_sides(row))
    between = veil(found.between)
    report = replace(report, attribution=found.cause.value, overridden=found.overridden)
    if found.cause is Cause.CHANGE or row.live is None or new is None:
        return report
    writer = last_writer(row.live, between or new)
    if writer is not None:
        report = replace(report, drift_writer=writer.manager, drift_time=writer.time)
    if between is None:
        return report
    changed = unified(*mask_pair(between, new, annotations=annotations))
    drifted = unified(*mask_pair(old, between, annotations=annotations))
    return replace(report, change_diff=changed.text, drift_diff=drifted.text)


def _weighed(
    report: ResourceReport, row: ResourceComparison, found: Findings, around: Surroundings | None
) -> ResourceReport:
    """Return the object's report with its dangers as the user wants them: told, ignored, or a reason to fail."""
    if around is None or report.change not in DIFFERENT:
        return report
    named = _dangers(row, found.application, around)
    names = [each.name for each in named]
    names += [danger.deletion_name(row.key)] if report.change is ChangeKind.REMOVED else []
    weights = {name: found.danger_policy.weight(name) for name in names}
    return replace(
        report,
        dangers=tuple(each.words for each in named if weights[each.name] is not DangerWeight.IGNORE),
        ignored_dangers=tuple(name.value for name, weight in weights.items() if weight is DangerWeight.IGNORE),
        failing_dangers=tuple(name.value for name, weight in weights.items() if weight is DangerWeight.FAIL),
    )


def _dangers(row: ResourceComparison, application: Application, around: Surroundings) -> tuple[Danger, ...]:
    """Return what a sync of this row would bring about; decided as the sync itself would."""
    if row.target is None or row.live is None:
        return danger.named_dangers(row, around)
    options = application.sync_policy.sync_options
    mode = write_mode(row.target, row.live, application_options=options, refused=bool(row.refusal))
    return danger.named_dangers(row, around, writing=_WRITING.get(mode, ""))


_WRITING = {WriteMode.RECREATE: danger.RECREATED, WriteMode.REPLACE: danger.REPLACED}


def _health_message(health: HealthStatus | None, live: Resource | None) -> str:
    """Return the message of one object's health: made from that object alone, so only its own values can be in it."""
    if health is None or not health.message or live is None:
        return health.message if health else ""
    return scrub(health.message, secret_values(live))


def _hook(
    hook: Resource, found: Findings, results: Mapping[tuple[ResourceKey, bool], ResourceResult]
) -> ResourceReport:
    result = results.get((hook.key, True))
    return ResourceReport(
        group=hook.group,
        version=hook.api_version.rpartition("/")[2],
        kind=hook.kind,
        namespace=hook.namespace or found.application.destination.namespace,
        name=hook.name or str(hook.metadata.get("generateName") or ""),
        sync_status="",
        change=ChangeKind.HOOK,
        hook=", ".join(hook_types(hook)),
        wave=sync_wave(hook),
        file=hook.origin.file,
        line=hook.origin.line,
        result=result.code.value if result and result.code else "",
        result_phase=result.hook_phase.value if result and result.hook_phase else "",
        result_message=result.message if result else "",
        sync_phase=result.phase.value if result else "",
        started=result.started if result else 0.0,
        finished=result.finished if result else 0.0,
    )


def _why_it_stays(row: ResourceComparison, found: Findings) -> str:
    """Return why a sync leaves what Git no longer has; empty for everything that it would not leave."""
    if row.live is None or not row.requires_pruning or row.status is not SyncStatusCode.OUT_OF_SYNC:
        return ""
    options = found.application.sync_policy.sync_options
    if not found.prunes and not skip_reason(row.live, prune=True, application_options=options):
        return "nothing asks to prune it: set syncPolicy.automated.prune, or input prune"
    return skip_reason(row.live, prune=found.prunes, application_options=options)


def _change(row: ResourceComparison) -> ChangeKind:
    if row.is_hook:
        return ChangeKind.HOOK
    if row.status is SyncStatusCode.UNKNOWN:
        return ChangeKind.UNKNOWN
    if row.status is not SyncStatusCode.OUT_OF_SYNC:
        return ChangeKind.EQUAL
    if row.target is None:
        return ChangeKind.REMOVED
    return ChangeKind.CHANGED if row.live else ChangeKind.ADDED


def _conditions(found: Findings, clean: Scrubber) -> tuple[ConditionReport, ...]:
    weights = [found.danger_policy.weight(each.danger) if each.danger else None for each in found.conditions]
    shown = [
        ConditionReport(
            type=each.type.value, message=clean(each.message), remedy=each.remedy, fails=weight is DangerWeight.FAIL
        )
        for each, weight in zip(found.conditions, weights, strict=True)
        if weight is not DangerWeight.IGNORE
    ]
    error = found.error
    if error is not None and not isinstance(error, Refused):
        words = "\n".join(part for part in (error.summary, error.detail) if part)
        kind = ConditionType.SYNC_ERROR if found.before else ConditionType.COMPARISON_ERROR
        shown.append(ConditionReport(type=kind.value, message=clean(words), remedy=error.remedy))
    return tuple(shown)


def secrets_of(comparison: Comparison | None) -> frozenset[str]:
    """Return every secret value among the objects of an application, as stored and decoded."""
    found: set[str] = set()
    annotations = comparison.masked_annotations if comparison else frozenset()
    for row in comparison.resources if comparison else ():
        for side in (row.target, row.live):
            if side is not None:
                found |= secret_values(side, annotations=annotations)
    for hook in comparison.hooks if comparison else ():
        found |= secret_values(hook)
    return frozenset(found)


def _exit_code(found: Findings) -> ExitCode:
    if found.error is not None:
        return found.error.exit_code
    if any(condition.type is ConditionType.INVALID_SPEC_ERROR for condition in found.conditions):
        return ExitCode.USAGE
    if any(condition.is_error for condition in found.conditions):
        return ExitCode.APPLICATION
    if found.is_offline:
        return ExitCode.OK
    if found.operation is not None:
        return _operation_code(found, found.operation)
    rows = found.before.resources if found.before else ()
    if any(row.refusal or row.unknown for row in rows):
        return ExitCode.APPLICATION
    if any(row.obstacle for row in rows):
        return ExitCode.REFUSED
    return _STATUS_CODES[found.status]


def _operation_message(found: Findings, operation: OperationResult) -> str:
    ended = operation.phase is OperationPhase.SUCCEEDED and _operation_code(found, operation) is ExitCode.INTERRUPTED
    return f"{operation.message}; interrupted while waiting for health" if ended else operation.message


def _operation_code(found: Findings, operation: OperationResult) -> ExitCode:
    is_settled = operation.health is None or operation.health.code in _SETTLED
    if found.is_interrupted and not (operation.phase is OperationPhase.SUCCEEDED and is_settled):
        return ExitCode.INTERRUPTED
    if operation.phase is not OperationPhase.SUCCEEDED:
        return ExitCode.NOT_HEALTHY if operation.timed_out else ExitCode.SYNC_FAILED
    if operation.timed_out or not is_settled:
        return ExitCode.NOT_HEALTHY
    return _STATUS_CODES[found.status]


_SETTLED = frozenset({HealthStatusCode.HEALTHY, HealthStatusCode.SUSPENDED})
_STATUS_CODES = {
    SyncStatusCode.SYNCED: ExitCode.OK,
    SyncStatusCode.NONE: ExitCode.OK,
    SyncStatusCode.OUT_OF_SYNC: ExitCode.DIFFERENT,
    SyncStatusCode.UNKNOWN: ExitCode.APPLICATION,
}
