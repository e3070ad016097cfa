"""What the generators of a set may look at: repositories, clusters and pull requests, all given as data.

Each source may be absent: a generator that needs it then says so, and its set generates nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gitops_action.resource.resource import JsonObject


class RepositoryTree(Protocol):
    """The files of one commit."""

    def files(self) -> Sequence[str]:
        """Return the paths of all files, relative to the root, with ``/``."""
        ...

    def read(self, path: str) -> bytes:
        """Return the content of a file; raises ``ApplicationError`` where it cannot be read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterEntry:
    """A cluster as its Secret describes it."""

    name: str
    server: str
    project: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestEntry:
    """An open pull request."""

    number: int
    title: str
    branch: str
    target_branch: str
    head_sha: str
    labels: tuple[str, ...] = ()
    author: str = ""


def _no_repository(repo_url: str, revision: str) -> RepositoryTree | None:  # noqa: ARG001 - as the field's type says
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorInputs:
    """What is given. ``None`` means not known here, which is not the same as none."""

    repository: Callable[[str, str], RepositoryTree | None] = _no_repository
    """URL and revision → the files, or ``None`` where that repository is not at hand."""
    clusters: Callable[[], Sequence[ClusterEntry]] | None = None
    """The clusters but for the local one, which is always there; asked only by a set that needs them."""
    pull_requests: Callable[[str, JsonObject], Sequence[PullRequestEntry]] | None = None
    """Provider and what the generator says of it → the open pull requests, before labels and filters."""
    new_file_globbing: bool = False
