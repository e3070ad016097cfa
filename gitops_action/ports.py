"""What the core asks of the outside world: a few protocols in our own types.

Adapters implement them for real, ``tests/fakes.py`` in memory; both pass the same contract tests. Nothing of a vendor's
library crosses one of these lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from gitops_action.resource.key import GroupKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.resource.resource import JsonObject


# --- processes -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A child process: argv and never a shell; ``env`` is the whole environment that it gets."""

    argv: tuple[str, ...]
    cwd: str
    env: Mapping[str, str] = field(default_factory=dict)
    stdin: bytes = b""
    timeout: float = 90.0
    """Seconds until the process and its children are killed."""
    output_limit: int = 64 * 1024 * 1024
    """Bytes of standard output after which the process is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A child process that ended by itself."""

    returncode: int
    stdout: bytes
    stderr: str


class Process(Protocol):
    """Runs child processes."""

    def run(self, command: Command) -> Completed:
        """Run to the end.

        Raises ``ApplicationError`` when the program is missing, takes too long or says too much.
        """
        ...


# --- git -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The checked-out commit: full hash, its parents, and files that differ from it (relative paths)."""

    commit: str
    parents: tuple[str, ...] = ()
    branch: str = ""
    dirty: tuple[str, ...] = ()


class Git(Protocol):
    """The checkout that we work on; it is never written."""

    @property
    def root(self) -> str:
        """The absolute path of the work tree."""
        ...

    def head(self) -> Head:
        """Return the checked-out commit."""
        ...

    def remotes(self) -> tuple[str, ...]:
        """Return the URLs of the checkout's remotes."""
        ...

    def show(self, revision: str, path: str) -> bytes | None:
        """Return a file of a commit, or ``None`` where the commit has no such file.

        Raises ``UsageError`` where the commit itself is absent, as in a shallow clone.
        """
        ...

    def changed_files(self, base: str, head: str) -> tuple[str, ...]:
        """Return the paths that differ between two commits, sorted; ``UsageError`` where one is absent."""
        ...

    def symlinks(self) -> tuple[str, ...]:
        """Return the symbolic links of the work tree, ignored files left out."""
        ...

    def missing_submodules(self) -> tuple[str, ...]:
        """Return the submodules whose files are not checked out."""
        ...


# --- cluster ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKind:
    """A kind as discovery names it, in one version."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool
    verbs: frozenset[str] = frozenset()
    has_status: bool = False
    """Whether ``status`` is a subresource."""

    @property
    def api_version(self) -> str:
        """``apps/v1``."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def group_kind(self) -> GroupKind:
        """Group and kind."""
        return GroupKind(self.group, self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCatalog:
    """What the cluster serves. ``failed`` holds group/versions whose discovery failed, with the reason."""

    git_version: str
    """``v1.37.2``."""
    kinds: Mapping[tuple[str, str], ApiKind]
    """By (apiVersion, kind)."""
    preferred: Mapping[GroupKind, ApiKind]
    """The preferred version of each kind."""
    failed: Mapping[str, str] = field(default_factory=dict)

    def find(self, resource: Resource) -> ApiKind | None:
        """Return the kind of an object in the object's own version, or ``None`` where it is not served."""
        return self.kinds.get((resource.api_version, resource.kind))

    def api_versions(self) -> tuple[str, ...]:
        """Return ``group/version`` and ``group/version/Kind`` of all, as Helm wants them."""
        versions = {api_version for api_version, _ in self.kinds}
        return tuple(sorted(versions | {f"{api_version}/{kind}" for api_version, kind in self.kinds}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The answer to a ``LIST``: all its pages, and the version to watch from."""

    items: tuple[Resource, ...]
    resource_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchEvent:
    """One event of a ``WATCH``: ``ADDED``, ``MODIFIED`` or ``DELETED``."""

    type: str
    object: Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Preconditions:
    """What must still hold of an object for it to be deleted."""

    uid: str = ""
    resource_version: str = ""


class Cluster(Protocol):
    """One API server. Every method is safe to call from many threads.

    Raises ``ApiError`` (or the subclass that fits) for the server's refusals and ``ClusterError`` where no answer
    comes; busy answers (429, 503 with Retry-After) are waited out inside.
    """

    @property
    def server(self) -> str:
        """The API server's URL."""
        ...

    @property
    def context(self) -> str:
        """The kubeconfig context's name; empty where there is none."""
        ...

    @property
    def requests(self) -> int:
        """How many requests were sent so far, repeated ones counted each time."""
        ...

    def cluster_uid(self) -> str:
        """Return the UID of namespace ``kube-system``, which tells clusters apart."""
        ...

    def catalog(self) -> ApiCatalog:
        """Return what the cluster serves, fetched once a run; ``refresh_catalog`` forgets it."""
        ...

    def refresh_catalog(self) -> ApiCatalog:
        """Fetch discovery again, as after a CRD was applied."""
        ...

    def list(self, kind: ApiKind, *, namespace: str = "", selector: str = "", metadata_only: bool = False) -> Listing:
        """Return all objects of a kind, in one namespace or (empty) in all, never from a stale cache (W-15).

        With ``metadata_only`` they have their metadata and nothing else.
        """
        ...

    def get(self, kind: ApiKind, *, namespace: str, name: str) -> Resource | None:
        """Return one object, or ``None`` where it does not exist."""
        ...

    def apply(
        self, kind: ApiKind, target: Resource, *, dry_run: bool = False, validate: bool = True, is_new: bool = False
    ) -> Resource:
        """Server-side apply as our field manager, conflicts forced; return the server's object.

        With ``is_new`` the object is only created: ``Conflict`` where it exists already.
        """
        ...

    def create(self, kind: ApiKind, target: Resource, *, dry_run: bool = False, validate: bool = True) -> Resource:
        """Create an object; ``Conflict`` where it exists already."""
        ...

    def replace(self, kind: ApiKind, target: Resource, *, dry_run: bool = False, validate: bool = True) -> Resource:
        """Replace an object (``PUT``); the target carries the resourceVersion that it replaces."""
        ...

    def patch(
        self, kind: ApiKind, key: ResourceKey, operations: Sequence[JsonObject], *, dry_run: bool = False
    ) -> Resource:
        """Apply an RFC 6902 patch, whose ``test`` operations are its preconditions."""
        ...

    def merge_patch(
        self, kind: ApiKind, key: ResourceKey, patch: JsonObject, *, subresource: str = "", dry_run: bool = False
    ) -> Resource:
        """Apply an RFC 7396 merge patch, to the object or to its ``status``."""
        ...

    def delete(
        self,
        kind: ApiKind,
        key: ResourceKey,
        *,
        preconditions: Preconditions | None = None,
        propagation: str = "Foreground",
    ) -> None:
        """Ask for deletion; ``NotFound`` where it is gone, ``Conflict`` where a precondition fails."""
        ...

    def watch(
        self, kind: ApiKind, *, namespace: str = "", selector: str = "", resource_version: str, timeout: float
    ) -> Iterator[WatchEvent]:
        """Yield events until ``timeout`` seconds passed; an expired version (410) raises ``ApiError``."""
        ...

    def logs(self, *, namespace: str, pod: str, container: str, lines: int, previous: bool = False) -> str:
        """Return the last lines of a container's log."""
        ...


# --- GitHub ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment of an issue or pull request."""

    id: int
    body: str
    author: str
    url: str


class PullRequests(Protocol):
    """The pull requests of one repository. Raises ``GitHubError``."""

    def login(self) -> str:
        """Return who the token writes as (``github-actions[bot]`` for the job's own)."""
        ...

    def head_sha(self, number: int) -> str:
        """Return the pull request's head commit as it is now."""
        ...

    def comments(self, number: int) -> Sequence[Comment]:
        """Return all comments, oldest first."""
        ...

    def create_comment(self, number: int, body: str) -> Comment:
        """Write a new comment; ``CommentTooLong`` where GitHub says so, ``Unanswered`` where the answer is lost."""
        ...

    def update_comment(self, number: int, comment_id: int, body: str) -> Comment:
        """Replace a comment's text; ``CommentTooLong`` as above, ``CommentGone`` where it was deleted."""
        ...

    def delete_comment(self, number: int, comment_id: int) -> None:
        """Delete a comment; one that is gone already is no error."""
        ...

    def of_commit(self, sha: str) -> Sequence[int]:
        """Return the numbers of the pull requests that a commit of the tracked branch came from."""
        ...


class Workflow(Protocol):
    """The runner: its log, its files and its masks."""

    def mask(self, secret: str) -> None:
        """Hide a text in all that is logged from now on."""
        ...

    def hide(self, text: str) -> str:
        """Return a text without what is masked, for places that the runner's mask does not reach."""
        ...

    def set_output(self, name: str, value: str) -> None:
        """Set a step output."""
        ...

    def write_summary(self, markdown: str) -> None:
        """Write the step's job summary."""
        ...

    def annotate(self, level: str, message: str, *, title: str = "", file: str = "", line: int = 0) -> None:
        """Write an annotation: ``error``, ``warning`` or ``notice``."""
        ...

    def log(self, text: str) -> None:
        """Write text to the log such that nothing in it is taken for a command."""
        ...

    def progress(self, subject: str, words: str) -> None:
        """Show what a subject is at, where somebody looks on; without words it is done. A log keeps no such line."""
        ...

    def group(self, title: str, text: str) -> None:
        """Write what was logged before once more, folded under a title; nothing where nobody can fold it."""
        ...

    def close(self) -> None:
        """Say how many annotations were held back because GitHub shows no more; the last call of a run."""
        ...


class Clock(Protocol):
    """Time, so that tests can turn it."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...
