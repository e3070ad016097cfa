"""An ``ApplicationSet`` as a value, and what came of it.

Generators and the template stay as they are written: they are templates themselves until their parameters are known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitops_action.resource.resource import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutMatch:
    """One of ``matchExpressions``: ``In`` or ``NotIn``."""

    key: str
    operator: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutStep:
    """One step of a ``RollingSync``; ``max_update`` is a number or a percentage, empty for all."""

    matches: tuple[RolloutMatch, ...] = ()
    max_update: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """``strategy``: in which order the applications are updated and deleted."""

    type: str = "AllAtOnce"
    steps: tuple[RolloutStep, ...] = ()
    deletion_order: str = "AllAtOnce"


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreApplicationDifference:
    """One of ``ignoreApplicationDifferences``; without a name it holds for every application of the set."""

    name: str = ""
    json_pointers: tuple[str, ...] = ()
    jq_path_expressions: tuple[str, ...] = ()


class SetConditionType(StrEnum):
    """What may be said about an ApplicationSet."""

    ERROR_OCCURRED = "ErrorOccurred"
    UNSUPPORTED_GENERATOR = "UnsupportedGenerator"
    UNKNOWN_FIELD = "UnknownField"
    NO_APPLICATIONS = "NoApplications"
    NOT_APPLICABLE = "NotApplicable"
    INVALID_ROLLOUT = "InvalidRolloutConfig"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCondition:
    """What is wrong or remarkable with an ApplicationSet; ``remedy`` says what to do about it."""

    type: SetConditionType
    message: str
    remedy: str = ""

    @property
    def keeps_back(self) -> bool:
        """Whether no application is generated while this holds (APS-9)."""
        return self.type in (SetConditionType.ERROR_OCCURRED, SetConditionType.UNSUPPORTED_GENERATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationSet:
    """One ApplicationSet with its place; ``conditions`` are what was found wrong while reading it."""

    name: str
    namespace: str = "argocd"
    go_template: bool = False
    go_template_options: tuple[str, ...] = ()
    generators: tuple[JsonObject, ...] = ()
    template: JsonObject = field(default_factory=dict)
    template_patch: str | None = None
    preserve_resources_on_deletion: bool = False
    applications_sync: str = ""
    preserved_annotations: tuple[str, ...] = ()
    preserved_labels: tuple[str, ...] = ()
    strategy: Strategy = Strategy()
    ignore_application_differences: tuple[IgnoreApplicationDifference, ...] = ()
    file: str = ""
    line: int = 0
    conditions: tuple[SetCondition, ...] = ()

    def __str__(self) -> str:
        """Return the name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """The ``Application`` documents of a set, in the order of its generators, and what is to be said about it."""

    applications: tuple[JsonObject, ...] = ()
    conditions: tuple[SetCondition, ...] = ()
