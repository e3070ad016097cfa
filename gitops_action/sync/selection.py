"""Selective sync: which objects of an application a sync is about.

In: patterns ``[!]GROUP:KIND:[NAMESPACE/]NAME`` and a label selector, as the flags ``--resource`` and ``--label`` take
them, or keys. Out: the comparison of what is selected, without hooks (SYN-48). Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from gitops_action.applicationset.selector import Requirement, Selector
from gitops_action.comparison.model import SyncStatusCode
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.comparison.model import Comparison, ResourceComparison
    from gitops_action.resource import ResourceKey

_PATTERN = re.compile(r"(?P<no>!?)(?P<group>[^:/]*):(?P<kind>[^:/]+):(?:(?P<namespace>[^:/]+)/)?(?P<name>[^/]+)")
_REQUIREMENT = re.compile(
    r"\s*(?:(?P<absent>!\s*[^\s=!,()]+)"
    r"|(?P<key>[^\s=!,()]+)\s*"
    r"(?:(?P<set>\s(?:in|notin))\s*\((?P<values>[^()]*)\)|(?P<sign>==|=|!=)\s*(?P<value>[^\s=!,()]*))?)\s*(?:,|$)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Objects by group, kind, namespace and name; ``*`` stands for anything, no namespace for any."""

    group: str
    kind: str
    name: str
    namespace: str = "*"
    excludes: bool = False

    def matches(self, key: ResourceKey) -> bool:
        """Return whether an object is meant."""
        pairs = ((key.group, self.group), (key.kind, self.kind), (key.namespace, self.namespace), (key.name, self.name))
        return all(fnmatchcase(text, pattern) for text, pattern in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a sync is about; everything where nothing is said. Exclusions win, and alone they leave the rest."""

    patterns: tuple[Pattern, ...] = ()
    labels: Selector = field(default_factory=Selector)
    keys: frozenset[ResourceKey] | None = None
    """Exactly these, as a self-heal names them."""

    @property
    def is_partial(self) -> bool:
        """Whether anything is left out."""
        return bool(self.patterns or self.labels.requirements) or self.keys is not None

    def selects(self, row: ResourceComparison) -> bool:
        """Return whether a row is selected; labels are the target's, or of what is gone from Git those of live."""
        if self.keys is not None and row.key not in self.keys:
            return False
        if any(pattern.matches(row.key) for pattern in self.patterns if pattern.excludes):
            return False
        wanted = [pattern for pattern in self.patterns if not pattern.excludes]
        if wanted and not any(pattern.matches(row.key) for pattern in wanted):
            return False
        sample = row.target or row.live
        return self.labels.matches(sample.labels if sample else {})


def selected(comparison: Comparison, selection: Selection) -> Comparison:
    """Return the comparison of what is selected; hooks are left out, and conditions stay.

    Raises ``UsageError`` where nothing is selected (CLI-3).
    """
    if not selection.is_partial:
        return comparison
    rows = tuple(row for row in comparison.resources if selection.selects(row))
    if not rows:
        raise UsageError(
            f"{comparison.application.name}: no resource is selected",
            remedy="Write `--resource GROUP:KIND:[NAMESPACE/]NAME`, such as `apps:Deployment:web` or `:Service:*`.",
        )
    return replace(comparison, resources=rows, hooks=(), status=_status(rows))


def parse_selection(resources: Iterable[str], label: str) -> Selection:
    """Return the selection that the flags mean; raises ``UsageError`` for one that cannot be read."""
    return Selection(patterns=tuple(_pattern(text) for text in resources), labels=_labels(label))


def _status(rows: Iterable[ResourceComparison]) -> SyncStatusCode:
    codes = {row.status for row in rows}
    for code in (SyncStatusCode.UNKNOWN, SyncStatusCode.OUT_OF_SYNC):
        if code in codes:
            return code
    return SyncStatusCode.SYNCED


def _pattern(text: str) -> Pattern:
    found = _PATTERN.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"input resource: {text!r} names no resource",
            remedy="Write `[!]GROUP:KIND:[NAMESPACE/]NAME`; the core group is empty, as in `:Service:web`.",
        )
    return Pattern(
        group=found["group"],
        kind=found["kind"],
        namespace=found["namespace"] or "*",
        name=found["name"],
        excludes=bool(found["no"]),
    )


def _labels(text: str) -> Selector:
    requirements: list[Requirement] = []
    position = 0
    while position < len(text.strip()):
        found = _REQUIREMENT.match(text.strip(), position)
        if found is None:
            raise UsageError(
                f"input label: {text!r} is no label selector",
                remedy="Write for instance `app=web,tier!=cache`, `tier in (web, api)`, `canary` or `!canary`.",
            )
        requirements.append(_requirement(found))
        position = found.end()
    return Selector(requirements=tuple(requirements))


def _requirement(found: re.Match[str]) -> Requirement:
    if found["absent"]:
        return Requirement(key=found["absent"].lstrip("! "), operator="DoesNotExist")
    if found["set"]:
        values = tuple(value.strip() for value in found["values"].split(","))
        return Requirement(key=found["key"], operator="In" if found["set"].strip() == "in" else "NotIn", values=values)
    if found["sign"]:
        return Requirement(
            key=found["key"], operator="NotIn" if found["sign"] == "!=" else "In", values=(found["value"],)
        )
    return Requirement(key=found["key"], operator="Exists")
