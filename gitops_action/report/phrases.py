"""Short phrases over an application: what happens to it, what to watch out for, how its changes count.

In: the frozen report. Out: plain text in our own words with names and counts; whatever is quoted is escaped by the
renderer.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitops_action.comparison.model import Method
from gitops_action.errors import ExitCode
from gitops_action.report.drift import changed, drifted, is_attributed
from gitops_action.report.findings import DELETED_WITH
from gitops_action.report.model import ChangeKind, Mode
from gitops_action.report.outcome import DIFFERENT, Outcome, is_offline, is_unknown, outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from gitops_action.report.model import ApplicationReport, Report, ResourceReport

_PODS = re.compile(r"(?P<words>.*?)(?P<count>[0-9][0-9,]{0,20}) (?P<noun>(?:ready )?pod)s?")
"""A consequence for some pods."""

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
"""Stands where there is nothing to count."""

_SIGNS = {ChangeKind.ADDED: "+", ChangeKind.CHANGED: "~", ChangeKind.REMOVED: MINUS}
_DONE = {ChangeKind.ADDED: "added", ChangeKind.CHANGED: "changed", ChangeKind.REMOVED: "deleted"}


def numbered(count: int, noun: str, plural: str = "") -> str:
    """Return ``1 object``, ``2 objects``, ``3,000 objects``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def remarks_on(resource: ResourceReport) -> tuple[str, ...]:
    """Return what else is to be said of a difference: what it replaces, and that no server was asked about it."""
    replaced = f"replaces {resource.renamed_from}" if resource.renamed_from else ""
    return tuple(filter(None, (replaced, Method.CLIENT.value if resource.method == Method.CLIENT else "")))


def short_commit(commit: str) -> str:
    """Return the first seven characters of a hash; anything else as it is."""
    is_hash = len(commit) >= 40 and all(character in "0123456789abcdef" for character in commit)
    return commit[:7] if is_hash else commit


def counted(resources: Iterable[ResourceReport]) -> str:
    """Return the changes as ``+1 ~2`` and so on; a dash where nothing differs."""
    counts = Counter(resource.change for resource in resources)
    return " ".join(f"{sign}{counts[change]:,}" for change, sign in _SIGNS.items() if counts[change]) or DASH


def counted_changes(report: Report, application: ApplicationReport) -> str:
    """Return what the change does, as ``~1``; what nobody could tell from drift says so."""
    resources = changed(application)
    unsure = is_attributed(report) and any(each.change in DIFFERENT and not each.attribution for each in resources)
    return f"{counted(resources)} or drift" if unsure else counted(resources)


def spelled(application: ApplicationReport) -> str:
    """Return the changes as ``1 added, 2 changed, drift in 1 object``; empty where nothing differs."""
    counts = Counter(resource.change for resource in changed(application))
    drift = len(drifted(application))
    words = [f"{counts[change]:,} {done}" for change, done in _DONE.items() if counts[change]]
    return ", ".join([*words, *([f"drift in {numbered(drift, 'object')}"] if drift else [])])


def sync_words(application: ApplicationReport) -> str:
    """Return the sync status; what was never compared with a cluster says so."""
    return "not compared" if is_offline(application) else application.sync_status


def troubles(application: ApplicationReport) -> tuple[str, ...]:
    """Return phrases on what stands in the way of an application: errors, refusals, what is unknown."""
    resources = application.resources
    counts = {
        "failed": sum(1 for each in resources if each.result == "SyncFailed"),
        "refused": sum(1 for each in resources if each.refusal and each.result != "SyncFailed"),
        "not ours to touch": sum(1 for each in resources if each.obstacle),
        "unknown": sum(1 for each in resources if is_unknown(each)),
    }
    errors = dict.fromkeys(each.type for each in application.conditions if each.type.endswith("Error"))
    rule = ("refused",) if application.refused else ()
    return (*rule, *errors, *(f"{count:,} {what}" for what, count in counts.items() if count))


def watch_out(application: ApplicationReport, limit: int = 3) -> tuple[str, ...]:
    """Return at most ``limit`` phrases on what to look at in an application, gravest first."""
    resources = application.resources
    removed = [resource for resource in resources if resource.change is ChangeKind.REMOVED]
    skipped = sum(1 for each in resources if each.result == "PruneSkipped" or each.change is ChangeKind.EXTRA)
    secrets = sum(1 for resource in resources if is_secret(resource) and resource.change is ChangeKind.CHANGED)
    adopted = sum(1 for resource in resources if resource.adopts)
    phrases = [
        *troubles(application),
        *_deletions(removed),
        *([f"{skipped:,} not pruned"] if skipped else []),
        *dangers(application),
        *(["changes a Secret" if secrets == 1 else f"changes {secrets:,} Secrets"] if secrets else []),
        *([f"adopts {numbered(adopted, 'object')}"] if adopted else []),
    ]
    if len(phrases) > limit:
        return (*phrases[: limit - 1], f"{len(phrases) - limit + 1} more")
    return tuple(phrases)


def dangers(application: ApplicationReport) -> tuple[str, ...]:
    """Return what the changes bring about, each phrase once; those that differ in their number of pods add up."""
    counts: Counter[tuple[str, str]] = Counter()
    for danger in (danger for resource in application.resources for danger in resource.dangers):
        found = _PODS.fullmatch(danger)
        if found:
            counts[found["words"], found["noun"]] += int(found["count"].replace(",", ""))
        else:
            counts[danger, ""] = 0
    return tuple(f"{words}{numbered(count, noun)}" if noun else words for (words, noun), count in counts.items())


def is_secret(resource: ResourceReport) -> bool:
    """Whether the object is a Secret of the core group."""
    return resource.kind == "Secret" and not resource.group


def sentence(mode: Mode, application: ApplicationReport) -> str:
    """Return what happens to an application, to follow its name in a sentence; empty for nothing."""
    result = outcome(mode, application)
    match result:
        case Outcome.SAME:
            return ""
        case Outcome.REFUSED:
            return _refused(mode, application)
        case Outcome.BROKEN if application.exit_code == ExitCode.CLUSTER:
            return "could not be compared, because the cluster cannot be reached"
        case Outcome.BROKEN:
            return "could not be rendered or compared"
        case Outcome.PARTIAL:
            unknown = sum(1 for each in application.resources if is_unknown(each))
            return listing([f"has {numbered(unknown, 'object')} that could not be compared", *_deeds(application)])
        case Outcome.CHANGED if mode is Mode.DRIFT:
            healed = "; self-heal brought it back" if application.operation_phase == "Succeeded" else ""
            return f"differs from Git: {spelled(application)}{healed}"
        case Outcome.CHANGED if mode is Mode.SYNC:
            return f"was synced: {spelled(application)}"
        case Outcome.CHANGED | Outcome.DRIFTED:
            untouched = "is untouched by this change; its next sync " if result is Outcome.DRIFTED else ""
            return untouched + listing(_deeds(application))
        case Outcome.LEFTOVER:
            extra = f"keeps {numbered(application.count(ChangeKind.EXTRA), 'object')} that Git no longer has"
            synced = "was synced and is still OutOfSync: what is no longer in Git was not pruned"
            return synced if mode is Mode.SYNC else f"{extra}, because nothing asks to prune"
        case _:
            return _operation(result, application)


def listing(parts: list[str]) -> str:
    """Return ``a``, ``a and b``, or ``a, b and c``."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def elapsed(report: Report) -> str:
    """Return how long the run took, as ``4.2 s`` or ``3 min 5 s``; empty where it is not known."""
    seconds = report.finished - report.started
    if not report.finished or seconds < 0:
        return ""
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60)} s"


def clock_time(seconds: float) -> str:
    """Return ``2026-11-23 14:02 UTC``; empty for no time."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC" if seconds else ""


def tally(applications: Collection[ApplicationReport]) -> str:
    """Return how many objects were compared and with what result; hooks and hidden fields are counted apart."""
    counts = Counter(resource.change for each in applications for resource in each.resources)
    hooks = counts.pop(ChangeKind.HOOK, 0)
    different = sum(counts[change] for change in DIFFERENT)
    equal, unknown = counts[ChangeKind.EQUAL], counts[ChangeKind.UNKNOWN]
    words = f"{numbered(counts.total(), 'resource')}: {equal:,} equal, {different:,} different, {unknown:,} unknown"
    words = f"{words}, and {numbered(hooks, 'hook')}" if hooks else words
    hidden = [field for each in applications for resource in each.resources for field in resource.hidden]
    if not hidden:
        return words
    rules = numbered(len({field.rule for field in hidden}), "rule")
    return f"{words}; {numbered(len(hidden), 'field')} hidden by {rules}"


def _deletions(removed: list[ResourceReport]) -> list[str]:
    gone = [resource for resource in removed if resource.result != "PruneSkipped"]
    grave = Counter(resource.kind for resource in gone if resource.kind in DELETED_WITH)
    phrases = [f"deletes {numbered(count, kind)}" for kind, count in grave.items()]
    others = [resource.kind for resource in gone if resource.kind not in DELETED_WITH]
    if len(set(others)) == 1:
        phrases.append(f"deletes {numbered(len(others), others[0])}")
    elif others:
        phrases.append(f"deletes {numbered(len(others), 'object')}")
    return phrases


def _refused(mode: Mode, application: ApplicationReport) -> str:
    if application.refused:
        return "was not synced: a rule refuses it" if mode is Mode.SYNC else "may not be synced: a rule refuses it"
    who = "the API server" if any(each.refusal for each in application.resources) else "another owner"
    if mode is Mode.SYNC:
        return f"was not synced: {who} stands against it, and nothing was changed"
    return f"is refused by {who}: its sync would stop before the first change"


def _deeds(application: ApplicationReport) -> list[str]:
    """Return ``adds 1 object``, ``changes 2``, ``runs 1 hook``, and the gravest consequences."""
    verbs = {"adds": ChangeKind.ADDED, "changes": ChangeKind.CHANGED, "deletes": ChangeKind.REMOVED}
    by_change = Counter(resource.change for resource in changed(application))
    counts = [(verb, by_change[change]) for verb, change in verbs.items() if by_change[change]]
    deeds = [
        f"{verb} {count:,}" if at else f"{verb} {numbered(count, 'object')}" for at, (verb, count) in enumerate(counts)
    ]
    hooks = application.count(ChangeKind.HOOK)
    drift = len(drifted(application))
    deeds += [f"undoes drift in {numbered(drift, 'object')}"] if drift else []
    return [*deeds, *([f"runs {numbered(hooks, 'hook')}"] if hooks else []), *dangers(application)[:2]]


def _operation(result: Outcome, application: ApplicationReport) -> str:
    failed = sum(1 for resource in application.resources if resource.result == "SyncFailed")
    match result:
        case Outcome.FAILED if failed:
            return f"failed to sync: {numbered(failed, 'object')} could not be applied"
        case Outcome.FAILED:
            return "failed to sync"
        case Outcome.DEGRADED:
            return "was applied, and is degraded"
        case Outcome.TIMED_OUT:
            return f"was applied, and was still {application.health_status or 'not healthy'} when the time was up"
        case Outcome.LOCKED:
            return "was not synced: another sync holds its lock"
        case _:
            return "was interrupted; the next sync finishes it"
