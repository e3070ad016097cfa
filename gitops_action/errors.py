"""The error tree: every failure that ends a run, with its exit code.

    GitOpsError                 summary, detail, remedy
    ├── UsageError              2   wrong usage, or an input file that is invalid
    ├── ApplicationError        3   an application cannot be rendered or compared
    ├── Refused                 6   a rule of ours or of the project forbids it
    ├── ClusterError            7   the cluster cannot be reached or refuses
    │   └── ApiError                the API server answered with a Status
    │       ├── NotFound            404
    │       ├── Forbidden           401, 403
    │       ├── Conflict            409
    │       └── Invalid             400, 422
    ├── GitHubError             8   GitHub cannot be reached or refuses
    │   ├── CommentTooLong          the text is longer than GitHub takes
    │   ├── CommentGone             the comment to change does not exist any more
    │   └── Unanswered              a write was sent, and whether it was done is not known
    └── Locked                  9   waited in vain for another sync

What befalls one application or one resource is data (a condition, a message on a row), so that a sync that failed (4)
or did not become healthy (5) is no exception; only what ends a run is raised up to ``cli.main``, and
shown there once.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class ExitCode(IntEnum):
    """What the process says to the shell; part of the public contract."""

    OK = 0
    DIFFERENT = 1
    USAGE = 2
    APPLICATION = 3
    SYNC_FAILED = 4
    NOT_HEALTHY = 5
    REFUSED = 6
    CLUSTER = 7
    GITHUB = 8
    LOCKED = 9
    BUG = 70
    INTERRUPTED = 130

    @classmethod
    def worst(cls, codes: Iterable[ExitCode]) -> ExitCode:
        """Return the code that decides a run over many applications; ``OK`` if there is none."""
        present = set(codes)
        return next((code for code in _BY_WEIGHT if code in present), cls.OK)


_BY_WEIGHT = (
    ExitCode.BUG,
    ExitCode.INTERRUPTED,
    ExitCode.USAGE,
    ExitCode.CLUSTER,
    ExitCode.SYNC_FAILED,
    ExitCode.NOT_HEALTHY,
    ExitCode.APPLICATION,
    ExitCode.REFUSED,
    ExitCode.LOCKED,
    ExitCode.GITHUB,
    ExitCode.DIFFERENT,
    ExitCode.OK,
)


class GitOpsError(Exception):
    """A failure with what a reader needs to act on it.

    ``summary`` is one line naming what failed and why, ``detail`` the words of the program or server
    that refused (may have many lines), ``remedy`` what to do about it.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.BUG

    def __init__(self, summary: str, *, detail: str = "", remedy: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.detail = detail
        self.remedy = remedy

    def __str__(self) -> str:
        """Return summary, detail and remedy, a paragraph each."""
        return "\n".join(part for part in (self.summary, self.detail, self.remedy) if part)


class UsageError(GitOpsError):
    """Wrong usage, or an input file that is invalid."""

    exit_code = ExitCode.USAGE


class ApplicationError(GitOpsError):
    """One application cannot be rendered or compared."""

    exit_code = ExitCode.APPLICATION


class Refused(GitOpsError):
    """A rule forbids what was asked for."""

    exit_code = ExitCode.REFUSED


class ClusterError(GitOpsError):
    """The cluster cannot be reached, or its credentials cannot be used."""

    exit_code = ExitCode.CLUSTER


class ApiError(ClusterError):
    """The API server answered a request with a Status.

    ``status`` is the HTTP status, ``reason`` the Status' reason (``Forbidden``, ``Invalid``, …), the summary
    the server's own message.
    """

    def __init__(self, summary: str, *, status: int = 0, reason: str = "", detail: str = "", remedy: str = "") -> None:
        super().__init__(summary, detail=detail, remedy=remedy)
        self.status = status
        self.reason = reason


class NotFound(ApiError):
    """404: the object, or its kind, does not exist."""


class Forbidden(ApiError):
    """401 or 403: the credentials do not permit the request."""


class Conflict(ApiError):
    """409: the object exists already, or has another version than the precondition says."""


class Invalid(ApiError):
    """400 or 422: the API server or an admission rule refuses the content."""


class GitHubError(GitOpsError):
    """GitHub cannot be reached, or refuses."""

    exit_code = ExitCode.GITHUB


class CommentTooLong(GitHubError):
    """A comment's text is longer than GitHub takes."""


class CommentGone(GitHubError):
    """The comment to change does not exist any more."""


class Unanswered(GitHubError):
    """A write was sent and its answer lost: look what is there before writing again."""


class Locked(GitOpsError):
    """Another sync of the same application holds the lock for longer than we wait."""

    exit_code = ExitCode.LOCKED
