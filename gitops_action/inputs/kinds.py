"""What an input is: its name, type, default and help, and which verbs have it as a flag."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

UNSET = "unset"
"""The action's default for credentials: the runner cannot tell an input that is absent from one that is empty, and an
empty secret must never mean another cluster."""


class FailOn(StrEnum):
    """What makes the job red."""

    NEVER = "never"
    DIFF = "diff"
    DANGER = "danger"
    ERROR = "error"


class CommentPolicy(StrEnum):
    """When a pull request gets a comment."""

    CHANGES = "changes"
    ALWAYS = "always"
    NEVER = "never"


class ArgoCdResources(StrEnum):
    """What becomes of an Application, ApplicationSet or AppProject that an application renders."""

    FOLLOW = "follow"
    APPLY = "apply"


class Type(Enum):
    """How an input's text is read."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - the name of a type, not a password
    LIST = "list"
    BOOLEAN = "boolean"
    DURATION = "duration"
    INTEGER = "integer"
    LIMIT = "limit"
    CHOICE = "choice"


class Use(Enum):
    """Which verbs have an input as a flag; each has those of the lines above it too."""

    RENDER = "what is rendered, and from where"
    DIFF = "what is decided over live objects"
    SYNC = "how a sync is carried out"
    WORKFLOW = "no verb: it means something in a workflow only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input. ``guarded`` ones may be absent but not empty."""

    name: str
    type: Type = Type.TEXT
    default: str = ""
    help: str
    choices: tuple[str, ...] = ()
    guarded: bool = False
    use: Use = Use.RENDER

    @property
    def field(self) -> str:
        """The name in ``Inputs``."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable in which the runner hands it over; hyphens stay."""
        return f"INPUT_{self.name.upper()}"


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of objects, or (``is_percent``) a share of them."""

    value: int
    is_percent: bool
