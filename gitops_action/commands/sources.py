"""What a run may fetch, and what it is opened with: wiring of the sources that are not checked out.

In: the inputs, the event, what the base says, and the run's credentials. Out: ``rendering.sources.Sources``, which
imports what fetches only when a source is asked for: most runs fetch nothing.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops_action.application.fetch_hosts import FetchHosts, hosts_named
from gitops_action.application.project_match import permits_source
from gitops_action.commands.base import is_reviewed, runner_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gitops_action.adapters.remote_sources import RemoteSources
    from gitops_action.application.application import Application, Source
    from gitops_action.application.credentials import RepositoryCredentials
    from gitops_action.application.projects import Projects
    from gitops_action.commands.manifests import Manifests
    from gitops_action.commands.session import Ports
    from gitops_action.github.events import Event
    from gitops_action.inputs import Inputs
    from gitops_action.rendering.sources import ResolvedSource, SourceTree


@dataclass(slots=True, kw_only=True)
class RunSources:
    """Implements ``rendering.sources.Sources`` for one run, over whatever session renders."""

    make: Callable[[], RemoteSources]
    applications: tuple[Application, ...] = ()
    """Whose sources will be asked for, so that each repository is fetched from once."""
    _expected: Callable[[Source], bool] | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _made: RemoteSources | None = field(default=None, init=False)
    asked: set[str] = field(default_factory=set, init=False)
    """The URLs of the sources whose files were asked for."""

    def expect(self, is_checkout: Callable[[Source], bool]) -> None:
        """Note, before the first question, which sources of the applications will not be asked for."""
        with self._lock:
            if self._expected is None and self._made is not None:
                self._made.expect(self.applications, is_checkout)
            self._expected = self._expected or is_checkout

    def resolve(self, source: Source, project: str) -> ResolvedSource:
        """Return what the source's revision means."""
        return self._remote().resolve(source, project)

    def tree(self, source: Source, project: str) -> SourceTree:
        """Return the source's files."""
        self.asked.add(source.repo_url)
        return self._remote().tree(source, project)

    def file(self, url: str, project: str) -> bytes:
        """Return the content of one file by its URL."""
        return self._remote().file(url, project)

    def _remote(self) -> RemoteSources:
        with self._lock:
            if self._made is None:
                self._made = self.make()
                if self._expected is not None:
                    self._made.expect(self.applications, self._expected)
            return self._made


def open_sources(
    inputs: Inputs,
    event: Event,
    ports: Ports,
    projects: Projects,
    *,
    hosts: FetchHosts,
    manifests: Manifests | None,
    credentials: Callable[[], RepositoryCredentials],
) -> RunSources:
    """Return what fetches in this run; ``credentials`` is called once, before the first request."""

    def make() -> RemoteSources:
        from gitops_action.adapters.github_app import InstallationTokens  # noqa: PLC0415 - most runs fetch nothing
        from gitops_action.adapters.kept_fetches import KeptFetches  # noqa: PLC0415 - as above
        from gitops_action.adapters.remote_sources import Fetching, RemoteSources  # noqa: PLC0415 - as above

        owner = event.repository.partition("/")[0]
        return RemoteSources(
            Fetching(
                credentials=credentials(),
                hosts=hosts,
                environment=ports.environment,
                job_owner_url=f"{event.server_url}/{owner}" if owner else "",
                job_token=inputs.github_token,
                installation_token=InstallationTokens(ports.clock, ports.workflow.mask).token,
                permits=lambda project, url: _permits(projects, project, url),
                kept=KeptFetches(manifests.store if manifests else None),
            ),
            ports.process,
            folder=runner_folder(ports.environment),
        )

    return RunSources(make=make)


def fetch_hosts(inputs: Inputs, event: Event, base: Iterable[Application], *, asked: Iterable[str] = ()) -> FetchHosts:
    """Return the hosts of a run: of a review those that the input and the base name, else all that are public.

    ``asked`` are the repositories that sets of the base are generated from.
    """
    if not is_reviewed(event):
        return FetchHosts(allow_local=inputs.allow_local_hosts)
    named = hosts_named((*(source.repo_url for each in base for source in each.sources), *asked))
    return FetchHosts(allowed=frozenset(inputs.allowed_hosts) | named, allow_local=inputs.allow_local_hosts)


def _permits(projects: Projects, name: str, url: str) -> bool:
    project = projects.valid.get(name)
    return project is None or permits_source(project, url)
