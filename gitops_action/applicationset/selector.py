"""Label selectors over sets of parameters and over clusters (APS-8).

In: ``matchLabels`` and ``matchExpressions``. Out: yes or no. Values may hold anything, as a cluster's URL does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.application.reader import FieldReader
from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.resource.resource import Json

_PREFIX = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One condition on one key."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Return whether it holds; ``NotIn`` also holds where the key is missing."""
        value = labels.get(self.key)
        match self.operator:
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None
            case "NotIn":
                return value not in self.values
            case _:
                return value in self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Requirements that must all hold; none holds for everything."""

    requirements: tuple[Requirement, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether all requirements hold."""
        return all(requirement.holds(labels) for requirement in self.requirements)


def parse_selector(value: Json) -> Selector:
    """Return the selector that a mapping describes; raises ``ApplicationError`` where it is not valid."""
    problems: list[str] = []
    unknown: list[str] = []
    reader = FieldReader(value, "selector", problems, unknown)
    requirements = [
        Requirement(key=key, operator="In", values=(text,)) for key, text in reader.text_map("matchLabels").items()
    ]
    requirements += [
        Requirement(key=item.text("key"), operator=item.text("operator"), values=item.texts("values"))
        for item in reader.items("matchExpressions")
    ]
    problems += [problem for requirement in requirements for problem in _problems(requirement)]
    if problems:
        raise ApplicationError(f"the selector is not valid: {problems[0]}", remedy="Correct the selector.")
    return Selector(requirements=tuple(requirements))


def _problems(requirement: Requirement) -> list[str]:
    found = []
    prefix, slash, name = requirement.key.rpartition("/")
    if not _NAME.fullmatch(name) or len(name) > 63 or (slash and not _PREFIX.fullmatch(prefix)):
        found.append(f"the key {requirement.key!r} is no label's name")
    if requirement.operator not in _OPERATORS:
        found.append(f"the operator {requirement.operator!r} is none of {', '.join(_OPERATORS)}")
    elif (requirement.operator in ("In", "NotIn")) != bool(requirement.values):
        found.append(f"the operator {requirement.operator} of {requirement.key} has the wrong number of values")
    return found
