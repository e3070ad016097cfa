"""Dangers to what guards: rights that are granted, traffic that is let through, pods that are allowed more.

In: both sides of an object's change. Out: phrases, gravest first. What may be looser is said to be so: a reviewer
rather looks once too often.
"""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING, NamedTuple

from gitops_action.comparison.named_danger import Danger
from gitops_action.comparison.shape import equal, items, mapping, text, texts
from gitops_action.dangers import DangerName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.resource import ResourceKey
    from gitops_action.resource.resource import JsonObject

_RBAC = "rbac.authorization.k8s.io"
_ENFORCE = "pod-security.kubernetes.io/enforce"
_LEVELS = ("privileged", "baseline", "restricted")
_MOST_RIGHTS = 500
"""Rights of one side that are compared; a role with more is compared rule by rule."""
_TOLD = 2
_LONG = 60


class Right(NamedTuple):
    """One verb on one resource of one group, or on one URL; ``names`` are the only objects it is for, if any."""

    group: str
    resource: str
    verb: str
    names: frozenset[str] = frozenset()

    def covers(self, other: Right) -> bool:
        """Whether who has this one has the other too."""
        same = all(mine in ("*", theirs) for mine, theirs in zip(self[:3], other[:3], strict=True))
        return same and (not self.names or bool(other.names and other.names <= self.names))

    def __str__(self) -> str:
        """Return ``create pods/exec``, cut where somebody wrote a novel."""
        where = f"{self.resource}.{self.group}" if self.group not in ("", "*") else self.resource
        words = f"{self.verb} {where}"
        return words if len(words) <= _LONG else f"{words[:_LONG]}…"


def dangers(key: ResourceKey, old: JsonObject | None, new: JsonObject | None) -> Iterator[Danger]:
    """Yield the dangers of a change from ``old`` to ``new``; ``None`` is a side that does not exist."""
    match key.group, key.kind:
        case (group, "Role" | "ClusterRole") if group == _RBAC and new is not None:
            yield from _granted(old, new)
        case (group, "RoleBinding" | "ClusterRoleBinding") if group == _RBAC and new is not None:
            yield from _bound(old or {}, new)
        case ("networking.k8s.io", "NetworkPolicy") if old is not None:
            yield from _opened(old, new)
        case ("", "Namespace") if old is not None and new is not None:
            yield from _allowed(old, new)


def _granted(old: JsonObject | None, new: JsonObject) -> Iterator[Danger]:
    """Say which rights a role has that it had not; of a new role only those that know no bounds."""
    before, after = _rights(old or {}), _rights(new)
    if before is None or after is None:
        rules = items(old, "rules")
        if not all(any(equal(rule, each) for each in rules) for rule in items(new, "rules")):
            yield Danger(DangerName.LOOSENS_RBAC, "grants more rights")
        return
    new_ones = [right for right in dict.fromkeys(after) if right not in set(before)]
    gained = [right for right in new_ones if not any(each.covers(right) for each in before)]
    if old is None:
        gained = [right for right in gained if "*" in (right.resource, right.verb)]
    if gained:
        told = ", ".join(map(str, gained[:_TOLD]))
        more = len(gained) - _TOLD
        yield Danger(DangerName.LOOSENS_RBAC, f"grants {told}{f' and {more:,} more' if more > 0 else ''}")


def _rights(role: JsonObject) -> list[Right] | None:
    """Return the rights of a role one by one; ``None`` where they are too many for that."""
    found = list(islice(_each_right(role), _MOST_RIGHTS + 1))
    return None if len(found) > _MOST_RIGHTS else found


def _each_right(role: JsonObject) -> Iterator[Right]:
    for rule in items(role, "rules"):
        verbs, names = texts(rule, "verbs"), frozenset(texts(rule, "resourceNames"))
        for group, resource, verb in product(texts(rule, "apiGroups"), texts(rule, "resources"), verbs):
            yield Right(group, resource, verb, names)
        for url, verb in product(texts(rule, "nonResourceURLs"), verbs):
            yield Right("", url, verb)


def _bound(old: JsonObject, new: JsonObject) -> Iterator[Danger]:
    """Say whom a binding gives its role that had it not through this binding."""
    before = [_subject(each) for each in items(old, "subjects")]
    gained = [each for each in dict.fromkeys(map(_subject, items(new, "subjects"))) if each not in before]
    role = f"{text(new, 'roleRef', 'kind')} {text(new, 'roleRef', 'name')}"[:_LONG]
    if len(gained) == 1:
        kind, namespace, name = gained[0]
        yield Danger(
            DangerName.LOOSENS_RBAC, f"gives {role} to {kind} {f'{namespace}/' if namespace else ''}{name}"[: 3 * _LONG]
        )
    elif gained:
        yield Danger(DangerName.LOOSENS_RBAC, f"gives {role} to {len(gained):,} more subjects")


def _subject(subject: JsonObject) -> tuple[str, str, str]:
    return text(subject, "kind"), text(subject, "namespace"), text(subject, "name")


def _opened(old: JsonObject, new: JsonObject | None) -> Iterator[Danger]:
    """Say of a network policy what it held back and may let through now."""
    if new is None:
        yield Danger(DangerName.LOOSENS_NETWORK, "no longer restricts traffic")
        return
    if not equal(mapping(old, "spec", "podSelector"), mapping(new, "spec", "podSelector")):
        yield Danger(DangerName.LOOSENS_NETWORK, "restricts the traffic of other pods")
    ways = {"Ingress": ("ingress", "in"), "Egress": ("egress", "out")}
    before, after = texts(old, "spec", "policyTypes"), texts(new, "spec", "policyTypes")
    for kind, (name, direction) in ways.items():
        if kind in before and kind not in after:
            yield Danger(DangerName.LOOSENS_NETWORK, f"lets all traffic {direction}")
        elif kind in after and kind in before:
            known = items(old, "spec", name)
            if any(not any(equal(rule, each) for each in known) for rule in items(new, "spec", name)):
                yield Danger(DangerName.LOOSENS_NETWORK, f"may let more traffic {direction}")


def _allowed(old: JsonObject, new: JsonObject) -> Iterator[Danger]:
    """Say of a namespace that its pods may do more: the level that is enforced falls, or goes."""
    before, after = (text(side, "metadata", "labels", _ENFORCE) for side in (old, new))
    if before not in _LEVELS[1:] or before == after:
        return
    if not after:
        yield Danger(DangerName.LOOSENS_POD_SECURITY, f"no longer enforces Pod Security {before}")
    elif after in _LEVELS and _LEVELS.index(after) < _LEVELS.index(before):
        yield Danger(DangerName.LOOSENS_POD_SECURITY, f"loosens Pod Security: {before} → {after}")
