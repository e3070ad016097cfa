"""Expand ApplicationSets: each into the applications that its generators and template make.

In: the sets, the commit's files, and what the run knows of Git and clusters. Out: ``Expansion``. A set that needs
anything else generates nothing, and a note says so; a set that is wrong is a problem and does not hold up the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.adapters.tools import find_tool
from gitops_action.application.application import Source
from gitops_action.application.parse import parse_application
from gitops_action.applicationset.generate import generate
from gitops_action.applicationset.generators.context import Unavailable
from gitops_action.applicationset.inputs import ClusterEntry, GeneratorInputs
from gitops_action.applicationset.model import SetConditionType
from gitops_action.applicationset.parse import parse_applicationset
from gitops_action.applicationset.rollout import rollout_of
from gitops_action.applicationset.templates import TEMPLATE_PROGRAM, engine_of
from gitops_action.commands.applicationsets import Expansion
from gitops_action.commands.kubeconfig import kubeconfig_of
from gitops_action.commands.repository_tree import FolderTree
from gitops_action.commands.set_pulls import pull_requests_of
from gitops_action.errors import ApplicationError, GitOpsError
from gitops_action.rendering.repository import is_this_repository

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.application.application import Application
    from gitops_action.application.discovery import Document
    from gitops_action.applicationset.inputs import RepositoryTree
    from gitops_action.applicationset.model import ApplicationSet, Generated
    from gitops_action.commands.applicationsets import Expander


def expand(known: Expander, documents: Sequence[Document], tree: RepositoryTree) -> Expansion:
    """Return the applications of these sets, generated from one commit's files."""
    return _Sets(known).expand(documents, tree)


@dataclass(frozen=True, slots=True)
class _Sets:
    """Sets of one commit, and what the run knows."""

    known: Expander

    def expand(self, documents: Sequence[Document], tree: RepositoryTree) -> Expansion:
        """Return the applications of these sets, generated from one commit's files."""
        applications: list[Application] = []
        problems: list[GitOpsError] = []
        notes: list[str] = []
        for document in documents:
            try:
                parsed = parse_applicationset(document.value, file=document.file, line=document.line)
                generated = self._generated(parsed, tree)
                made = [
                    parse_application(each, file=document.file, line=document.line) for each in generated.applications
                ]
                applications += [replace(each, rollout=rollout_of(parsed, each.labels)) for each in made]
            except GitOpsError as problem:
                problems.append(problem)
                continue
            for condition in generated.conditions:
                summary, _, detail = condition.message.partition("\n")
                if condition.type is SetConditionType.ERROR_OCCURRED:
                    problems.append(ApplicationError(summary, detail=detail, remedy=condition.remedy))
                else:
                    notes.append(f"{condition.message}. {condition.remedy}".removesuffix(". "))
        return Expansion(applications=tuple(applications), problems=tuple(problems), notes=tuple(notes))

    def _generated(self, parsed: ApplicationSet, tree: RepositoryTree) -> Generated:
        engine = engine_of(parsed, self.known.process, lambda: find_tool(TEMPLATE_PROGRAM))
        inputs = GeneratorInputs(
            repository=lambda repo_url, revision: (
                tree if self._is_here(repo_url, revision) else self._fetched(parsed, repo_url, revision)
            ),
            clusters=self._clusters,
            pull_requests=lambda provider, spec: pull_requests_of(self.known, provider, spec),
        )
        return generate(parsed, inputs, engine)

    def _fetched(self, parsed: ApplicationSet, repo_url: str, revision: str) -> RepositoryTree | None:
        """Return another repository or revision, opened with the credentials of the project that the template names."""
        if self.known.sources is None:
            return None
        spec = parsed.template.get("spec")
        project = spec.get("project") if isinstance(spec, dict) else None
        source = Source(repo_url=repo_url, path=".", target_revision=revision)
        name = project if isinstance(project, str) and "{{" not in project else ""
        return FolderTree(Path(self.known.sources.tree(source, name).checkout.root))

    def _is_here(self, repo_url: str, revision: str) -> bool:
        tracked = {self.known.event.tracked_branch or self.known.head.branch, self.known.head.commit, "HEAD", ""}
        event = self.known.event
        return revision.removeprefix("refs/heads/") in tracked and is_this_repository(
            repo_url,
            remotes=self.known.git.remotes() if self.known.git else (),
            github_repository_url=f"{event.server_url}/{event.repository}" if event.repository else "",
            root=self.known.root,
        )

    def _clusters(self) -> Sequence[ClusterEntry]:
        """Return the clusters of the Secrets; without any the kubeconfig's contexts, but for the current, local one."""
        if failure := self.known.credentials.failure:
            raise Unavailable(
                f"the clusters generator needs the cluster Secrets: {failure.summary}", remedy=failure.remedy
            )
        if self.known.credentials.clusters:
            return [
                ClusterEntry(
                    name=each.name,
                    server=each.server,
                    project=each.project,
                    labels=each.labels,
                    annotations=each.annotations,
                )
                for each in self.known.credentials.clusters
            ]
        try:
            kubeconfig = kubeconfig_of(self.known.inputs, self.known.environment)
        except GitOpsError as error:
            raise Unavailable(
                f"the clusters generator needs the kubeconfig: {error.summary}", remedy=error.remedy
            ) from error
        servers = sorted(kubeconfig.servers().items())
        return [ClusterEntry(name=name, server=server) for name, server in servers if name != kubeconfig.current]
