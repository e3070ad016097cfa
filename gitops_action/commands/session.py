"""What every verb begins with: the checkout, the settings and the applications that the run is about.

In: the inputs, the event and the environment. Out: a ``Session``, frozen. Asks no cluster and no GitHub.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.adapters.files import candidates
from gitops_action.adapters.git import open_checkout as open_git
from gitops_action.application.application import (
    Application,
    Destination,
    HelmParameter,
    HelmSource,
    Source,
)
from gitops_action.application.credential_documents import Credentials
from gitops_action.application.discovery import discover, may_hold_documents
from gitops_action.application.fetch_hosts import FetchHosts
from gitops_action.application.projects import Projects
from gitops_action.application.settings import Settings, choose_settings
from gitops_action.commands.applicationsets import Expander, Expansion
from gitops_action.commands.base import Base, Checked, named_base, open_base, settings_in_force
from gitops_action.commands.cache_directory import open_manifests
from gitops_action.commands.choice import chosen
from gitops_action.commands.claims import Claims
from gitops_action.commands.credentials import open_credentials
from gitops_action.commands.plugins import allowed_plugins
from gitops_action.commands.projects import projects_in_force
from gitops_action.commands.repository_tree import FolderTree
from gitops_action.commands.sources import RunSources, fetch_hosts, open_sources
from gitops_action.errors import UsageError
from gitops_action.ports import Head
from gitops_action.rendering.checkout import Checkout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gitops_action.adapters.git import GitCheckout
    from gitops_action.adapters.git_history import History
    from gitops_action.application.discovery import Discovered, Document
    from gitops_action.application.plugin import Plugin
    from gitops_action.commands.manifests import Manifests
    from gitops_action.errors import GitOpsError
    from gitops_action.github.events import Event
    from gitops_action.inputs import Inputs
    from gitops_action.ports import Clock, Process, Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The outside world, as the verbs use it."""

    process: Process
    workflow: Workflow
    clock: Clock
    environment: Mapping[str, str]


def _nobody_watches(_application: Application) -> None:
    """Take no notice of a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One run over one checkout. ``problems`` are input files that could not be used; the others go on.

    ``base`` is the hash of the commit that a proposed change is judged by, empty where there is none; ``history`` reads
    it, and ``base_applications`` are the applications in it by namespace and name, both empty where it cannot be read.
    """

    inputs: Inputs
    event: Event
    ports: Ports
    checkout: Checkout
    git: GitCheckout | None
    head: Head
    settings: Settings
    applications: tuple[Application, ...]
    projects: Projects = field(default_factory=Projects)
    names: tuple[str, ...] = ()
    """The applications that somebody named, where the run is about those alone."""
    problems: tuple[GitOpsError, ...] = ()
    notes: tuple[str, ...] = ()
    started: float
    base: str = ""
    history: History | None = None
    base_applications: Mapping[tuple[str, str], Application] = field(default_factory=dict)
    claims: Claims = field(default_factory=Claims)
    credentials: Credentials = field(default=Credentials(), repr=False)
    manifests: Manifests | None = None
    """What was rendered before, where the run keeps it."""
    unfollowed: tuple[str, ...] = ()
    """Names of the applications that could not be rendered, so that others which they render are not known."""
    followed: frozenset[tuple[str, str, str]] = frozenset()
    """Kind, namespace and name of the Argo CD documents that applications render, as far as they were followed."""
    plugins: Mapping[str, Plugin] = field(default_factory=dict)
    sources: RunSources | None = None
    """Fetches sources that are not checked out."""
    on_change: Callable[[Application], None] = _nobody_watches
    """Called before the first change to an application."""

    @property
    def hides_live(self) -> bool:
        """Whether anybody may read what this run shows: then it shows no value that only a cluster has."""
        return bool(self.event.name) and self.event.repository_is_public is not False and not self.inputs.show_live

    @property
    def parallelism(self) -> int:
        """Requests to one API server at once: by input, else by what an API server takes well."""
        return self.inputs.parallelism or 16

    @property
    def workers(self) -> int:
        """Applications that are worked on at once: rendering is what keeps the cores busy."""
        return max(2, os.cpu_count() or 2)


def open_session(
    inputs: Inputs, event: Event, ports: Ports, names: Sequence[str] = (), *, base: str = "", workspace: str = ""
) -> Session:
    """Return the session for these inputs; ``names`` narrows it to some applications, ``base`` names a commit.

    ``workspace`` is what the working directory is relative to, the current directory if empty.

    Raises ``UsageError`` where the working directory, the settings, a named application or commit is not there.
    """
    started = ports.clock.now()
    start = _start(inputs, event, ports, workspace)
    if not start.is_dir():
        raise UsageError(
            f"working directory {inputs.working_directory} does not exist",
            remedy="Check the input `working-directory`; it is relative to the workspace.",
        )
    git = open_git(str(start), ports.process)
    root = Path(git.root if git else start)
    files = dict(candidates(root, start, inputs.applications, may_hold_documents))
    found = discover(files.items())
    head = git.head() if git else Head(commit="")
    credentials = open_credentials(inputs, ports, str(root) if git else "")
    manifests, uncached = open_manifests(inputs, event, ports.clock, root)
    # What sets of the base name was reviewed: it is fetched from wherever it is.
    reviewed_sources = open_sources(
        inputs,
        event,
        ports,
        Projects(),
        hosts=FetchHosts(allow_local=inputs.allow_local_hosts),
        manifests=manifests,
        credentials=lambda: credentials.repositories,
    )
    expander = Expander(
        inputs=inputs,
        event=event,
        git=git,
        head=head,
        root=str(root),
        process=ports.process,
        environment=ports.environment,
        credentials=credentials,
        sources=reviewed_sources,
    )
    checked = Checked(git=git, head=head, root=root, start=start, files=files, found=found, expander=expander)
    reviewed = open_base(checked, inputs, event, ports.environment)
    proposed = _settings(inputs, root, found)
    settings, notes = settings_in_force(proposed, reviewed, inputs)
    judged_by = named_base(checked, inputs, base) if base else reviewed
    before = judged_by.applications if isinstance(judged_by, Base) else {}
    projects, project_notes = projects_in_force(checked, reviewed, inputs)
    projects = projects.with_clusters(credentials.clusters)
    sources = open_sources(
        inputs,
        event,
        ports,
        projects,
        hosts=fetch_hosts(inputs, event, before.values(), asked=reviewed_sources.asked),
        manifests=manifests,
        credentials=lambda: credentials.repositories,
    )
    expander = replace(expander, sources=sources)
    expanded = Expansion() if inputs.path else expander.expand(found.applicationsets, _tree(root, git))
    found = found.with_generated(expanded.applications)
    sources.applications = (*found.applications, *before.values())
    session = Session(
        inputs=inputs,
        event=event,
        ports=ports,
        checkout=_checkout(root, git),
        git=git,
        head=head,
        settings=settings,
        applications=(_described(inputs),) if inputs.path else found.applications,
        projects=projects,
        problems=_once((*found.problems, *expanded.problems, *projects.problems, *credentials.problems)),
        credentials=credentials,
        notes=(*found.notes, *credentials.notes, *expanded.notes, *notes, *project_notes, *filter(None, (uncached,))),
        started=started,
        base=judged_by.commit if judged_by else "",
        history=judged_by.history if isinstance(judged_by, Base) else None,
        base_applications=before,
        manifests=manifests,
        plugins=allowed_plugins(inputs, checked, judged_by) if inputs.allow_plugins else {},
        sources=sources,
    )
    from gitops_action.commands.children import completed  # noqa: PLC0415 - it renders, which needs a session

    return chosen(completed(session, expander, reviewed, proposed), names)


def _start(inputs: Inputs, event: Event, ports: Ports, workspace: str) -> Path:
    """Return where applications are looked for: outside GitHub the whole checkout that one stands in, as git does."""
    start = Path(workspace, inputs.working_directory).resolve()
    if event.name or inputs.path or inputs.working_directory != "." or not start.is_dir():
        return start
    git = open_git(str(start), ports.process)
    return Path(git.root) if git else start


def _once(problems: tuple[GitOpsError, ...]) -> tuple[GitOpsError, ...]:
    """Return the problems without those that were met twice: a file may be read for applications and for projects."""
    return tuple({str(problem): problem for problem in problems}.values())


def _tree(root: Path, git: GitCheckout | None) -> FolderTree:
    return FolderTree(root, git.files if git else None)


def _checkout(root: Path, git: GitCheckout | None) -> Checkout:
    if git is None:
        return Checkout.at(str(root))
    return Checkout.at(str(root), symlinks=git.symlinks(), missing_submodules=git.missing_submodules())


def _described(inputs: Inputs) -> Application:
    """Return the one application that the inputs describe without any YAML."""
    parameters = [parameter.partition("=") for parameter in inputs.helm_parameters]
    if wrong := [number for number, (_, equals, _) in enumerate(parameters, start=1) if not equals]:
        # The entry itself is not repeated: it may be the second line of a secret.
        raise UsageError(f"input helm-parameters: entry {wrong[0]} has no value", remedy="Write `name=value`.")
    helm = HelmSource(
        value_files=inputs.helm_values,
        parameters=tuple(HelmParameter(name=name, value=value) for name, _, value in parameters),
        release_name=inputs.release_name,
    )
    return Application(
        name=inputs.name,
        sources=(Source(path=inputs.path, helm=helm if helm != HelmSource() else None),),
        destination=Destination(namespace=inputs.namespace),
    )


def _settings(inputs: Inputs, root: Path, found: Discovered) -> Document | None:
    """Return the checked-out ``argocd-cm``, which is valid; ``None`` where there is none."""
    documents = found.settings
    if inputs.settings:
        path = root / inputs.settings
        if not path.resolve().is_relative_to(root.resolve()) or not path.is_file():
            raise UsageError(
                f"input settings: {inputs.settings} is not a file of the repository",
                remedy="Name a file relative to the root of the repository.",
            )
        named = discover([(inputs.settings, path.read_bytes())])
        if named.problems:
            raise named.problems[0]
        if not named.settings:
            raise UsageError(
                f"input settings: {inputs.settings} holds no ConfigMap argocd-cm", remedy="Name the file that does."
            )
        documents = named.settings
    choose_settings(documents)
    return documents[0] if documents else None
