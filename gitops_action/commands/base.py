"""The base commit: what a change is judged by comes from there, so that no change can loosen its own review.

In: the event and the checkout. Out: a ``Base``, or ``NoBase`` with the reason, or ``None`` for runs that review
nothing: push, drift, sync and the command line go by the checked-out commit. That the base cannot be read never ends a
run by itself; what the run then goes by is decided in ``settings_in_force``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from gitops_action.adapters.git_history import REMEDY, History, Origin, open_history, resolve
from gitops_action.application.application import Application, ApplicationCondition, ConditionType
from gitops_action.application.discovery import MARKS, SETTINGS_NAME, discover
from gitops_action.application.settings import Settings, choose_settings, parse_settings
from gitops_action.commands.repository_tree import CommitTree
from gitops_action.dangers import DangerName
from gitops_action.errors import GitOpsError, UsageError
from gitops_action.report.model import Mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.adapters.git import GitCheckout
    from gitops_action.application.discovery import Discovered, Document
    from gitops_action.commands.applicationsets import Expander
    from gitops_action.github.events import Event
    from gitops_action.inputs import Inputs
    from gitops_action.ports import Head

_REVIEWED = frozenset({"pull_request", "pull_request_target", "merge_group"})
_BY_THE_COMMIT = frozenset({Mode.SYNC, Mode.DRIFT})
"""Verbs that a workflow may have done with a proposed change as if it were merged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The base commit and what Argo CD's documents in it say. ``settings`` is its ``argocd-cm``, if it has one."""

    history: History
    settings: Document | None = None
    applications: Mapping[tuple[str, str], Application] = field(default_factory=dict)
    """By namespace and name."""

    @property
    def commit(self) -> str:
        """The full hash."""
        return self.history.base


@dataclass(frozen=True, slots=True, kw_only=True)
class NoBase:
    """A base was needed and could not be read. ``commit`` is its hash as far as that is known."""

    commit: str
    reason: GitOpsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found in the work tree, which the base is compared with; ``start`` is the working directory."""

    git: GitCheckout | None
    head: Head
    root: Path
    start: Path
    files: Mapping[str, bytes]
    found: Discovered
    expander: Expander


def base_commit(event: Event, head: Head, merge_commit: str) -> str:
    """Return the hash of a proposed change's base; empty where nothing names it.

    The first parent of HEAD, where HEAD is the merge that GitHub made of the pull request (``merge_commit``, the
    ``GITHUB_SHA`` of the run): what is checked out differs from that by the change alone. Of any other merge commit the
    author of the change may have chosen the parents, so there the event's own word counts.
    """
    is_test_merge = event.name == "pull_request" and head.commit == merge_commit and len(head.parents) == 2
    if is_test_merge and head.parents[1] == event.head_sha:
        return head.parents[0]
    return event.base_sha


def is_reviewed(event: Event) -> bool:
    """Return whether the run is about a proposed change, which must not be judged by its own word.

    A command on a pull request is, also where it syncs: its commit is not merged yet.
    """
    return event.name == "issue_comment" or (event.name in _REVIEWED and event.verb not in _BY_THE_COMMIT)


def open_base(checked: Checked, inputs: Inputs, event: Event, environment: Mapping[str, str]) -> Base | NoBase | None:
    """Return the base of a proposed change, fetched where the checkout lacks it; ``None`` for any other run."""
    if not is_reviewed(event):
        return None
    commit = base_commit(event, checked.head, environment.get("GITHUB_SHA", ""))
    if checked.git is None or not commit:
        missing = "event names no base commit" if checked.git else "workspace is no Git checkout"
        return NoBase(
            commit=commit, reason=UsageError(f"the {missing}", remedy="Use actions/checkout before this step.")
        )
    origin = Origin(
        server_url=event.server_url, repository=event.repository, token=inputs.github_token, environment=environment
    )
    try:
        return read_base(open_history(checked.git, commit, origin, folder=runner_folder(environment)), inputs, checked)
    except GitOpsError as error:
        return NoBase(commit=commit, reason=error)


def named_base(checked: Checked, inputs: Inputs, revision: str) -> Base:
    """Return the base that the user names; ``UsageError`` where the checkout has no such commit."""
    if checked.git is None:
        raise UsageError(
            f"--base {revision}: {checked.root} is not a Git checkout", remedy="Run in a checkout, or leave it out."
        )
    return read_base(open_history(checked.git, resolve(checked.git, revision), None), inputs, checked)


def read_base(history: History, inputs: Inputs, checked: Checked) -> Base:
    """Return what a commit says; of files that are equal in the work tree, what was read there is taken.

    Raises ``GitOpsError`` where the commit's files are not there, or its settings are not valid.
    """
    start = checked.start.relative_to(checked.root).as_posix()
    files = dict(history.files(start, inputs.applications, MARKS))
    same = {path for path, text in files.items() if checked.files.get(path) == text}
    found = discover((path, text) for path, text in files.items() if path not in same)
    kept = [application for application in checked.found.applications if application.file in same]
    sets = [document for document in checked.found.applicationsets if document.file in same]
    generated = checked.expander.expand((*sets, *found.applicationsets), CommitTree(history)).applications
    by_name: dict[tuple[str, str], Application] = {}
    for application in sorted((*kept, *found.applications, *generated), key=lambda each: (each.file, each.line)):
        by_name.setdefault((application.namespace, application.name), application)
    return Base(history=history, settings=_settings(history, inputs, files), applications=by_name)


def settings_in_force(
    mine: Document | None, base: Base | NoBase | None, inputs: Inputs
) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings that the run goes by, and what a reader must know of them.

    They are the base's; those of the change are parsed, so that what would break after the merge is an error now, and
    take no effect. Where the base cannot be read, Argo CD's defaults are in force: they exclude and hide nothing that a
    change could have hidden, so the doubt shows more. A note says so, and ``with_doubts`` a danger. One doubt would
    show less: under another tracking method or label nothing is found that is to be pruned, and everything seems to be
    nobody's. So where the change's settings track otherwise than the defaults do, whichever of the two is wrong, the
    run ends.

    Raises ``UsageError`` for that, and for settings that are not valid.
    """
    proposed = parse_settings(mine) if mine else Settings()
    match base:
        case None:
            return proposed, proposed.warnings
        case NoBase():
            if _tracking(proposed) != _tracking(Settings()):
                raise UsageError(
                    f"the base of this change cannot be read, and nothing else vouches for how {mine} tracks objects",
                    detail=str(base.reason),
                    remedy=base.reason.remedy or REMEDY,
                )
            return Settings(), _without_base(base, mine)
        case Base(settings=theirs):
            if _data(theirs) == _data(mine):
                return proposed, proposed.warnings
            edited = mine.file if mine else theirs.file if theirs else inputs.settings
            note = f"this change also edits the settings ({edited}); they take effect after the merge"
            settings = parse_settings(theirs) if theirs else Settings()
            return settings, (note, *settings.warnings)


def with_moves(
    applications: Iterable[Application], base: Mapping[tuple[str, str], Application]
) -> tuple[Application, ...]:
    """Return the applications, with a condition on each that the change moves to another project or destination."""
    return tuple(_with_move(each, base.get((each.namespace, each.name))) for each in applications)


def with_doubts(
    applications: Iterable[Application], base: Base | NoBase | None, mine: Document | None
) -> tuple[Application, ...]:
    """Return the applications, with a danger on each where settings are passed over because there is no base."""
    if not isinstance(base, NoBase) or mine is None or not _data(mine):
        return tuple(applications)
    doubt = ApplicationCondition(
        type=ConditionType.DANGER_WARNING,
        message=f"compared by the default settings: whether {mine.file} is this change's own cannot be told",
        remedy=base.reason.remedy or REMEDY,
    )
    return tuple(replace(each, conditions=(*each.conditions, doubt)) for each in applications)


def _with_move(application: Application, before: Application | None) -> Application:
    if before is None:
        return application
    moves = []
    if application.project != before.project:
        moves.append(f"project from {before.project} to {application.project}")
    if application.destination != before.destination:
        moves.append(f"destination from {_place(before)} to {_place(application)}")
    conditions = tuple(
        ApplicationCondition(
            type=ConditionType.DANGER_WARNING,
            message=f"this change moves the {move}",
            remedy="Check that it belongs there; what it leaves behind stays where it is.",
            danger=DangerName.MOVES,
        )
        for move in moves
    )
    return replace(application, conditions=(*application.conditions, *conditions)) if moves else application


def _place(application: Application) -> str:
    return f"{application.destination}/{application.destination.namespace}"


def _settings(history: History, inputs: Inputs, files: Mapping[str, bytes]) -> Document | None:
    if inputs.settings:
        text = history.read(PurePosixPath(os.path.normpath(inputs.settings)).as_posix())
        candidates = {} if text is None else {inputs.settings: text}
    else:
        candidates = {path: text for path, text in files.items() if SETTINGS_NAME.encode() in text}
    found = discover(candidates.items())
    if not found.settings:
        if found.problems:
            raise found.problems[0]
        return None
    choose_settings(found.settings)
    return found.settings[0]


def _without_base(base: NoBase, mine: Document | None) -> tuple[str, ...]:
    reason = ": ".join(part for part in (base.reason.summary, base.reason.detail.partition("\n")[0]) if part)
    instead = f"The default settings are in force, not those in {mine.file}." if mine and _data(mine) else ""
    return (" ".join(part for part in (f"no base: {reason}.", instead, base.reason.remedy) if part),)


def _tracking(settings: Settings) -> tuple[str, str, str]:
    return settings.tracking_method.value, settings.instance_label_key, settings.installation_id


def _data(document: Document | None) -> object:
    return (document.value.get("data") or {}) if document else {}


def runner_folder(environment: Mapping[str, str]) -> str:
    """Return the runner's folder for temporary files, if it is ours: the runner could not clean up another user's."""
    folder = environment.get("RUNNER_TEMP", "")
    is_ours = bool(folder) and Path(folder).is_dir() and Path(folder).stat().st_uid == os.geteuid()
    return folder if is_ours else ""
