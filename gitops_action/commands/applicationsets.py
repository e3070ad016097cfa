"""The applications that a run's ApplicationSets generate, from the files of one commit and the kubeconfig's contexts.

In: the documents, the commit's files and what tells that a URL means this repository. Out: ``Expansion``. What expands
a set is imported with the first one: most repositories hold none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops_action.application.credential_documents import Credentials

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.adapters.git import GitCheckout
    from gitops_action.application.application import Application
    from gitops_action.application.discovery import Document
    from gitops_action.applicationset.inputs import RepositoryTree
    from gitops_action.errors import GitOpsError
    from gitops_action.github.events import Event
    from gitops_action.inputs import Inputs
    from gitops_action.ports import Head, Process
    from gitops_action.rendering.sources import Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """What came of some sets."""

    applications: tuple[Application, ...] = ()
    problems: tuple[GitOpsError, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expander:
    """Expands the sets of one run, of the checked-out commit or of its base."""

    inputs: Inputs
    event: Event
    git: GitCheckout | None
    head: Head
    root: str
    process: Process
    environment: Mapping[str, str]
    credentials: Credentials = field(default=Credentials(), repr=False)
    sources: Sources | None = None
    """Fetches repositories and revisions that are not checked out, for git generators."""

    def expand(self, documents: Iterable[Document], tree: RepositoryTree) -> Expansion:
        """Return the applications of these sets, generated from one commit's files."""
        sets = tuple(documents)
        if not sets:
            return Expansion()
        from gitops_action.commands.set_expansion import expand  # noqa: PLC0415 - only who has sets waits for it

        return expand(self, sets, tree)
