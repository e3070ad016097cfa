"""``affected``: which applications a change touches, why, and the jobs of a matrix for them.

In: the inputs, and the commits between which the change lies. Out: text or JSON. Asks no cluster and no GitHub, renders
nothing. The applications and what they depend on are read from the work tree.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from gitops_action.adapters.files import LARGEST, candidates, chosen
from gitops_action.adapters.git import require_checkout
from gitops_action.adapters.git_changes import changes, first_parent, old_contents
from gitops_action.adapters.git_history import resolve
from gitops_action.adapters.work_tree import WorkTree
from gitops_action.affected.affected import Affected, Changes, Reason, affected
from gitops_action.affected.application import SETTINGS, DependencyReader
from gitops_action.affected.documents import changed_documents
from gitops_action.affected.shards import matrix, shards, unique_names
from gitops_action.affected.tree import ancestors, leaves
from gitops_action.application.discovery import discover, may_hold_documents
from gitops_action.commands.affected_parents import possible_parents
from gitops_action.commands.affected_scene import Scene
from gitops_action.errors import ExitCode, UsageError
from gitops_action.rendering.repository import is_this_repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from gitops_action.adapters.git import GitCheckout
    from gitops_action.adapters.git_changes import EntryChange
    from gitops_action.affected.dependencies import Dependencies, DocumentKey
    from gitops_action.application.application import Application
    from gitops_action.application.discovery import Discovered
    from gitops_action.errors import GitOpsError
    from gitops_action.inputs import Inputs
    from gitops_action.ports import Process
    from gitops_action.resource.resource import Json

_TEMPLATES = (":(glob)**/templates/**", ":(glob)**/charts/**")
"""Where charts keep templates, in which documents are not found as files."""
_SHOWN = 2
"""Reasons in one line of text; JSON has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was found. ``base`` and ``head`` are hashes, empty for no commit and for the work tree."""

    base: str
    head: str
    applications: tuple[Application, ...]
    found: tuple[Affected, ...]
    problems: tuple[GitOpsError, ...] = ()
    notes: tuple[str, ...] = ()
    """Why there may be applications that were not found, such as a set that needs what is not at hand."""

    @property
    def exit_code(self) -> ExitCode:
        """What the verb ends with: files that cannot be read may hide applications."""
        return ExitCode.worst(problem.exit_code for problem in self.problems)


def find_affected(
    inputs: Inputs, process: Process, environment: Mapping[str, str], *, base: str = "", head: str = ""
) -> Outcome:
    """Return the applications that differ between two commits, or between a commit and the work tree.

    Without ``base`` it is what a push says to have begun at, otherwise the first parent of the checked-out commit;
    where there is none, every application counts.
    Raises ``UsageError`` where there is no checkout or no such commit, or where ``head`` is not checked out.
    """
    start = Path(inputs.working_directory).resolve()
    git = require_checkout(str(start), process)
    base_commit = _base(git, base, environment)
    head_commit = _head(git, head)
    with ThreadPoolExecutor(3) as pool:  # git and we read at the same time
        links = pool.submit(git.symlinks)
        remotes = pool.submit(git.remotes)
        compared = pool.submit(changes, git, base_commit, head_commit) if base_commit else None
        templates = pool.submit(git.holding, "argoproj.io/", _TEMPLATES)
        files = dict(candidates(Path(git.root), start, inputs.applications, may_hold_documents))
        found = discover(files.items())
        tree = WorkTree.at(git.root, links.result())
        reader = DependencyReader(tree, is_local=_is_local(git.root, remotes.result(), environment))
        changed = compared.result() if compared else ()
    scope = _Scope(inputs=inputs, start=start, files={each.file for each in found.applications})
    between = _changes(changed, git, tree, scope)
    scene = Scene(inputs=inputs, git=git, process=process, environment=environment, tree=tree)
    read: Callable[[Application], Dependencies] = reader.read
    if found.applicationsets:
        from gitops_action.commands.affected_sets import expand  # noqa: PLC0415 - who has no sets need not wait for it

        generated = expand(found, changed, scene)
        found, read = generated.found, generated.reading(reader.read)
        between = replace(between, documents={**between.documents, **generated.changed})
    found, read = _with_children(found, read, {*files, *templates.result()}, scene)
    if base_commit:
        touched = affected(found.applications, between, read)
    else:
        touched = tuple(Affected(application=each, reasons=(_NO_BASE,)) for each in found.applications)
    return Outcome(
        base=base_commit,
        head=head_commit,
        applications=found.applications,
        found=touched,
        problems=found.problems,
        notes=found.notes,
    )


def _with_children(
    found: Discovered, read: Callable[[Application], Dependencies], marked: set[str], scene: Scene
) -> tuple[Discovered, Callable[[Application], Dependencies]]:
    """Return what was found together with what is only rendered; whoever has only files need not wait for it."""
    known: dict[int, Dependencies] = {}

    def remembered(application: Application) -> Dependencies:
        if id(application) not in known:
            known[id(application)] = read(application)
        return known[id(application)]

    parents = possible_parents(found.applications, remembered, marked, scene.tree)
    if not parents:
        return found, remembered
    from gitops_action.commands.affected_children import rendered_children  # noqa: PLC0415 - few have any
    from gitops_action.commands.affected_sets import expander_of  # noqa: PLC0415

    children = rendered_children(found.applications, parents, scene, expander_of(scene))
    return replace(found, applications=children.applications, notes=(*found.notes, *children.notes)), children.reading(
        remembered
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """Where documents of Argo CD's are searched for, and the files in which applications were found."""

    inputs: Inputs
    start: Path
    files: set[str]


_NO_BASE = Reason("", "there is no commit to compare with")


def as_text(outcome: Outcome) -> str:
    """Return one line an application."""
    lines = [f"{each.application.name}: {_sentence(each.reasons)}" for each in outcome.found]
    return "\n".join(lines or ["no application is affected"]) + "\n"


def as_json(outcome: Outcome) -> str:
    """Return all that was found."""
    document = {
        "base": outcome.base,
        "head": outcome.head,
        "applications": [
            {
                "name": each.application.name,
                "namespace": each.application.namespace,
                "file": each.application.file,
                "reasons": [{"path": reason.path, "why": reason.why} for reason in each.reasons],
            }
            for each in outcome.found
        ],
    }
    return json.dumps(document, indent=2)  # in ASCII: a path need not be Unicode


def as_matrix(outcome: Outcome, count: int) -> str:
    """Return the value of ``strategy.matrix`` in one line, as a step's output takes it."""
    names = unique_names((each.application for each in outcome.found), outcome.applications)
    return json.dumps(matrix(shards(names, count)), separators=(",", ":"))


def _sentence(reasons: tuple[Reason, ...]) -> str:
    more = len(reasons) - _SHOWN
    shown = ", ".join(map(str, reasons[:_SHOWN]))
    sentence = f"{shown}, and {more} more" if more > 0 else shown
    return sentence if sentence.isprintable() else sentence.encode("unicode_escape").decode()  # names are hostile


def _base(git: GitCheckout, base: str, environment: Mapping[str, str]) -> str:
    """Return the hash of the commit to compare with, empty where there is none."""
    name = base or _begun_at(git, environment)
    if name:
        return resolve(git, name) if name.strip("0") else ""
    return first_parent(git)


def _begun_at(git: GitCheckout, environment: Mapping[str, str]) -> str:
    """Return where the event's change began, for it may be of many commits; empty where the parent is right.

    That is so for a pull request's merge commit, but not for its head.
    """
    event, path = environment.get("GITHUB_EVENT_NAME"), environment.get("GITHUB_EVENT_PATH", "")
    if event not in ("push", "pull_request") or not path:
        return ""
    try:
        payload = orjson.loads(Path(path).read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise UsageError(f"the event payload {path} cannot be read", remedy="Name the commit with --base.") from error
    if event == "push":
        return _text(payload, "before")
    is_head = _text(payload, "pull_request", "head", "sha") == resolve(git, "HEAD")
    return _text(payload, "pull_request", "base", "sha") if is_head else ""


def _text(value: Json, *fields: str) -> str:
    for field in fields:
        value = value.get(field) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _head(git: GitCheckout, head: str) -> str:
    """Return the hash of the head, empty for the work tree."""
    if not head:
        return ""
    commit = resolve(git, head)
    if commit != resolve(git, "HEAD"):
        raise UsageError(
            f"--head {head} is not the commit that is checked out",
            remedy="Check it out: what applications depend on is read from the work tree.",
        )
    return commit


def _is_local(root: str, remotes: tuple[str, ...], environment: Mapping[str, str]) -> Callable[[str], bool]:
    repository = environment.get("GITHUB_REPOSITORY", "")
    own = f"{environment.get('GITHUB_SERVER_URL', '')}/{repository}" if repository else ""

    @cache
    def is_local(url: str) -> bool:
        return is_this_repository(url, remotes=remotes, github_repository_url=own, root=root)

    return is_local


def _changes(changed: tuple[EntryChange, ...], git: GitCheckout, tree: WorkTree, scope: _Scope) -> Changes:
    described = _may_describe(changed, tree, scope)
    links = [each for each in changed if each.was_link]
    old = old_contents(git, [*(each for each in changed if each.path in described), *links])
    return Changes(
        paths=tuple(each.path for each in changed),
        containers=frozenset(each.path for each in changed if each.is_container),
        documents=_documents(described, old, tree, scope.inputs.settings),
        everywhere={
            path: "a link that leads out of the repository"
            for path, target in (
                *((each.path, tree.links.get(each.path, "")) for each in changed),
                *((each.path, old.get(each.path, b"").decode("utf-8", "replace")) for each in links),
            )
            if leaves(path, target)
        },
    )


def _may_describe(changed: tuple[EntryChange, ...], tree: WorkTree, scope: _Scope) -> frozenset[str]:
    """Return the changed paths in which documents of Argo CD's would be found, at base or at head."""
    paths = {each.path for each in changed}
    charts = {f"{folder}/Chart.yaml".lstrip("/") for folder in _above_templates(paths)} - paths
    present = [chart for chart in charts if tree.read(chart) is not None]
    without_charts = [path for path in paths if not path.endswith("Chart.yaml")]
    searched = chosen([*without_charts, *present], os.path.relpath(scope.start, tree.root), scope.inputs.applications)
    return frozenset({*searched, *scope.files, scope.inputs.settings} & paths)


def _above_templates(paths: Iterable[str]) -> set[str]:
    """Return the directories that would hold the chart of a path in ``templates`` or ``charts``."""
    found = set()
    for path in paths:
        for folder in ancestors(path):
            above, _, name = folder.rpartition("/")
            if name in ("templates", "charts"):
                found.add(above)
    return found


def _documents(paths: Iterable[str], old: Mapping[str, bytes], tree: WorkTree, settings: str) -> dict[DocumentKey, str]:
    found: dict[DocumentKey, str] = {}
    for path in sorted(paths):
        for key in changed_documents(path, _small(old.get(path)), _small(tree.read(path))):
            if key != SETTINGS or not settings or path == settings:
                found[key] = path
    return found


def _small(content: bytes | None) -> bytes | None:
    return content if content is None or len(content) <= LARGEST else None
