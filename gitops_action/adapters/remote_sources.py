"""Sources that are not checked out: Git repositories, chart repositories and registries, each asked once a run.

In: a run's credentials, hosts and environment. Out: ``rendering.sources.Sources``. All that is fetched lies below one
folder that ends with the run. Applications share what they have in common, unless their projects open it differently.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import threading
import weakref
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gitops_action.adapters.archive import unpack
from gitops_action.adapters.chart_repository import ChartRepository, checked, choose
from gitops_action.adapters.download import download
from gitops_action.adapters.fetch_access import basic, open_access
from gitops_action.adapters.git_remote import GitRemote, Limits
from gitops_action.adapters.kept_fetches import KeptFetches
from gitops_action.adapters.registry import CHART_LAYER, RegistryRepository
from gitops_action.application.credentials import RepositoryCredentials
from gitops_action.application.fetch_hosts import FetchHosts, address_of, shown
from gitops_action.application.repository_credential import credential_for
from gitops_action.application.repository_url import normalized_url
from gitops_action.application.version import parse_constraint, parse_version
from gitops_action.errors import ApplicationError
from gitops_action.rendering.checkout import Checkout
from gitops_action.rendering.sources import ResolvedSource, SourceTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from gitops_action.adapters.download import Answer
    from gitops_action.adapters.fetch_access import Access
    from gitops_action.adapters.registry import Artifact
    from gitops_action.application.application import Application, Source
    from gitops_action.application.credentials import GitHubApp, RepositoryCredential
    from gitops_action.ports import Process

_FILE_LIMIT = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """What decides how a run fetches. ``job_token`` opens repositories of ``job_owner_url`` that nothing else does."""

    credentials: RepositoryCredentials = field(default_factory=RepositoryCredentials)
    hosts: FetchHosts = field(default_factory=FetchHosts)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    job_owner_url: str = ""
    job_token: str = field(default="", repr=False)
    installation_token: Callable[[GitHubApp], str] | None = None
    permits: Callable[[str, str], bool] = lambda _project, _url: True
    """Whether a project, by name, lets its applications take charts from a URL."""
    limits: Limits = field(default_factory=Limits)
    kept: KeptFetches = field(default_factory=KeptFetches)


class RemoteSources:
    """Implements ``rendering.sources.Sources``. ``folder`` is where temporary files go; the system's own if empty."""

    def __init__(self, fetching: Fetching, process: Process, *, folder: str = "") -> None:
        self._fetching = fetching
        self._process = process
        self._place = Path(tempfile.mkdtemp(prefix="gitops-action-sources-", dir=folder or None)).resolve()
        weakref.finalize(self, shutil.rmtree, self._place, ignore_errors=True)
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._remotes: dict[str, GitRemote] = {}
        self._repositories: dict[str, ChartRepository] = {}
        self._registries: dict[str, RegistryRepository] = {}
        self._trees: dict[str, SourceTree] = {}
        self._files: dict[str, bytes] = {}

    def expect(self, applications: Iterable[Application], is_checkout: Callable[[Source], bool]) -> None:
        """Note what will be asked for, so that each repository is fetched from once."""
        for application in applications:
            for source in application.sources:
                if not source.chart and not _is_artifact(source) and not is_checkout(source):
                    remote = self._remote(source.repo_url, application.project)
                    remote.expect(source.target_revision, source.tag_prefix)

    def resolve(self, source: Source, project: str) -> ResolvedSource:
        """Return what the source's revision means."""
        if source.chart:
            source = self._permitted(source, project)
            if not _is_registry(source, self._credential(source.repo_url, project)):
                found = self._repository(source.repo_url, project, source).resolve(source.chart, source.target_revision)
                return ResolvedSource(revision=found.version, digest=found.digest)
            return ResolvedSource(revision=self._registry_version(source, project))
        if _is_artifact(source):
            digest = self._artifact_digest(source, project)
            return ResolvedSource(revision=digest, digest=digest)
        remote = self._remote(source.repo_url, project)
        return ResolvedSource(revision=remote.commit(source.target_revision, source.tag_prefix))

    def tree(self, source: Source, project: str) -> SourceTree:
        """Return the source's files."""
        if source.chart:
            source = self._permitted(source, project)
            version = self.resolve(source, project).revision
            return self._once(
                f"{source.repo_url}/{source.chart}@{version}",
                source.repo_url,
                project,
                lambda: self._chart(source, project, version),
            )
        if _is_artifact(source):
            digest = self._artifact_digest(source, project)
            found = self._once(
                f"{source.repo_url}@{digest}", source.repo_url, project, lambda: self._artifact(source, project, digest)
            )
            return SourceTree(checkout=found.checkout, revision=digest, path=source.path)
        remote = self._remote(source.repo_url, project)
        commit = remote.commit(source.target_revision, source.tag_prefix)
        return SourceTree(checkout=remote.tree(commit), revision=commit, path=source.path)

    def file(self, url: str, project: str) -> bytes:
        """Return the content of one file by its URL."""
        with self._lock_of(f"file {project} {url}"):
            if url not in self._files:
                answer = self._download(url, lambda each: self._access(each, None), limit=_FILE_LIMIT)
                self._files[url] = checked(answer, shown(url)).body
            return self._files[url]

    # --- charts of a repository --------------------------------------------------------------------------------------

    def _repository(self, url: str, project: str, source: Source) -> ChartRepository:
        passes = bool(source.helm and source.helm.pass_credentials)
        key = f"{self._key(url, project)} {passes}"
        with self._lock:
            if key not in self._repositories:
                credential = self._credential(url, project)
                self._repositories[key] = ChartRepository(
                    url, self._fetch_for(url, credential, passes=passes), self._fetching.kept
                )
            return self._repositories[key]

    def _fetch_for(
        self, url: str, credential: RepositoryCredential | None, *, passes: bool
    ) -> Callable[[str, int], Answer]:
        home = address_of(url)

        def access_to(each: str) -> Access:
            return self._access(each, credential if passes or address_of(each) == home else None)

        return lambda each, limit: self._download(each, access_to, limit=limit)

    def _chart(self, source: Source, project: str, version: str) -> SourceTree:
        if _is_registry(source, self._credential(source.repo_url, project)):
            content = self._chart_registry(source, project).pull(version).content
        else:
            content = self._repository(source.repo_url, project, source).pull(source.chart, version)
        folder = self._unpacked(content, f"the chart {source.chart} {version}")
        return SourceTree(checkout=_chart_in(folder, source.chart), revision=version, path=".")

    # --- registries --------------------------------------------------------------------------------------------------

    def _registry_version(self, source: Source, project: str) -> str:
        if parse_version(source.target_revision):
            return source.target_revision
        registry = self._chart_registry(source, project)
        return choose(source.target_revision, registry.tags(), f"the chart {registry}")

    def _artifact_digest(self, source: Source, project: str) -> str:
        """Return the digest of a tag, or of the highest tag that satisfies a constraint (OCI-4)."""
        registry = self._registry(source.repo_url, project)
        revision = source.target_revision or "latest"
        found = registry.digest(revision)
        if found:
            return found
        if parse_version(revision) or parse_constraint(revision) is None:
            raise ApplicationError(f"{registry} has no tag {revision}", remedy="Correct targetRevision.")
        return registry.digest(choose(revision, registry.tags(), str(registry)))

    def _artifact(self, source: Source, project: str, digest: str) -> SourceTree:
        artifact: Artifact = self._registry(source.repo_url, project).pull(digest)
        folder = self._unpacked(artifact.content, f"the artifact {shown(source.repo_url)}")
        is_chart = artifact.media_type == CHART_LAYER
        checkout = _chart_in(folder, "") if is_chart else Checkout.at(str(folder), is_fetched=True)
        return SourceTree(checkout=checkout, revision=digest, path=".")

    def _chart_registry(self, source: Source, project: str) -> RegistryRepository:
        """Return the repository of a chart; the credential is that of the charts' common URL."""
        host = source.repo_url.partition("://")[2] or source.repo_url
        reference = f"oci://{host.rstrip('/')}/{source.chart}"
        return self._registry(reference, project, self._credential(source.repo_url, project))

    def _registry(
        self, reference: str, project: str, credential: RepositoryCredential | None = None
    ) -> RegistryRepository:
        key = self._key(reference, project)
        with self._lock:
            if key not in self._registries:
                credential = credential or self._credential(reference, project)
                self._registries[key] = self._opened_registry(reference, credential)
            return self._registries[key]

    def _opened_registry(self, reference: str, credential: RepositoryCredential | None) -> RegistryRepository:
        address = self._fetching.hosts.check(reference)
        name = urlsplit(reference if "://" in reference else f"oci://{reference}").path.strip("/")
        # Registries on loopback speak plain HTTP, as for the clients of containers; elsewhere none does.
        is_plain = self._fetching.hosts.allow_local and address.host in ("localhost", "127.0.0.1", "::1")
        base = f"{'http' if is_plain else 'https'}://{address}"
        user = basic(credential.username, credential.password) if credential and credential.username else ""

        def fetch(url: str, limit: int, headers: Mapping[str, str], authorization: str | None) -> Answer:
            sends = user if authorization is None else authorization
            home = address_of(url)

            def access_to(each: str) -> Access:
                return self._access(each, credential, sends if address_of(each) == home else "")

            return self._download(url, access_to, headers=headers, limit=limit)

        return RegistryRepository(base, name, fetch, self._fetching.kept)

    # --- Git ---------------------------------------------------------------------------------------------------------

    def _remote(self, url: str, project: str) -> GitRemote:
        key = self._key(url, project)
        with self._lock:
            if key not in self._remotes:
                folder = self._place / f"git-{len(self._remotes)}"
                folder.mkdir()
                self._remotes[key] = GitRemote(
                    lambda: self._access(url, self._credential(url, project), for_git=True),
                    self._process,
                    folder,
                    limits=self._fetching.limits,
                    kept=self._fetching.kept,
                )
            return self._remotes[key]

    # --- what all have in common -------------------------------------------------------------------------------------

    def _access(
        self,
        url: str,
        credential: RepositoryCredential | None,
        authorization: str | None = None,
        *,
        for_git: bool = False,
    ) -> Access:
        fetching = self._fetching
        return open_access(
            url,
            credential,
            fetching.hosts,
            authorization=authorization,
            fallback=basic("x-access-token", fetching.job_token) if for_git and self._is_the_jobs(url) else "",
            known_hosts=fetching.credentials.known_hosts,
            authorities=dict(fetching.credentials.authorities),
            environment=fetching.environment,
            installation_token=fetching.installation_token,
        )

    def _download(
        self, url: str, access_to: Callable[[str], Access], *, limit: int, headers: Mapping[str, str] | None = None
    ) -> Answer:
        return download(url, access_to, headers=headers, limit=limit, seconds=self._fetching.limits.web)

    def _is_the_jobs(self, url: str) -> bool:
        """Return whether the job's own token may open a URL: one of its repository's owner, over HTTPS."""
        owner = self._fetching.job_owner_url.rstrip("/").lower()
        return bool(owner and self._fetching.job_token) and url.lower().startswith(f"{owner}/")

    def _credential(self, url: str, project: str) -> RepositoryCredential | None:
        return credential_for(url, project, self._fetching.credentials)

    def _permitted(self, source: Source, project: str) -> Source:
        """Return the source by its URL; of a repository that the project does not permit nothing is taken (RND-11)."""
        source = self._without_alias(source, project)
        if not self._fetching.permits(project, source.repo_url):
            raise ApplicationError(
                f"helm repos {shown(source.repo_url)} are not permitted in project '{project}'",
                remedy="Add it to the project's sourceRepos, or use a repository that is there.",
            )
        return source

    def _without_alias(self, source: Source, project: str) -> Source:
        """Return the source with the URL of the repository that ``@name`` or ``alias:name`` means (OCI-5)."""
        name = next((source.repo_url[len(mark) :] for mark in ("@", "alias:") if source.repo_url.startswith(mark)), "")
        if not name:
            return source
        for credential in self._fetching.credentials.repositories:
            if credential.name == name and credential.project in ("", project):
                return _at(source, credential.url)
        raise ApplicationError(
            f"no repository is named {name}", remedy=f"Add a repository Secret with the name {name}, or write its URL."
        )

    def _key(self, url: str, project: str) -> str:
        """Return what tells repositories apart: one that two projects open differently counts as two."""
        scope = project if self._fetching.credentials.repositories else ""
        return f"{normalized_url(url) or url} {scope}"

    def _once(self, name: str, url: str, project: str, make: Callable[[], SourceTree]) -> SourceTree:
        key = f"{name} {self._key(url, project)}"
        with self._lock_of(key):
            if key not in self._trees:
                self._trees[key] = make()
            return self._trees[key]

    def _lock_of(self, key: str) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(key, threading.Lock())

    def _unpacked(self, content: bytes, name: str) -> Path:
        folder = Path(tempfile.mkdtemp(prefix=f"unpacked-{hashlib.sha256(content).hexdigest()[:8]}-", dir=self._place))
        unpack(content, folder, name=name)
        return folder


def _is_artifact(source: Source) -> bool:
    return not source.chart and source.repo_url.lower().startswith("oci://")


def _is_registry(source: Source, credential: RepositoryCredential | None) -> bool:
    """Return whether a chart lies in a registry: its URL has no scheme, or says so (OCI-1)."""
    is_web = source.repo_url.lower().startswith(("https://", "http://", "file://"))
    return not is_web or bool(credential and credential.enable_oci)


def _at(source: Source, url: str) -> Source:
    return replace(source, repo_url=url)


def _chart_in(folder: Path, name: str) -> Checkout:
    """Return the chart that an archive holds: a folder with its name, or the only one."""
    charts = sorted(path.parent for path in folder.glob("*/Chart.yaml"))
    found = next((chart for chart in charts if chart.name == name), charts[0] if len(charts) == 1 else None)
    if found is None:
        raise ApplicationError("the archive holds no chart", remedy="Push it with `helm package` and `helm push`.")
    return Checkout.at(str(found), is_fetched=True)
