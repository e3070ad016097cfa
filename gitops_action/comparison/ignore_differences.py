"""Which fields of an object are not compared: Argo CD's ``ignoreDifferences`` of an application and of the settings.

In: the rules, an object's key, and both sides of its comparison. Out: the sides without those fields, and each field
that was hidden by that, with its rule. The rules change what is compared, never what is sent (DIF-23), and a rule that
fails is an error: it hides nothing. Rules: DIF-28 to DIF-34.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gitops_action.application.glob import compile_glob, matches
from gitops_action.comparison.json_path import ABSENT, get, owned, parse_pointer, pointed, take
from gitops_action.comparison.model import Hidden
from gitops_action.comparison.strict import same
from gitops_action.resource.fields import entries, leaves

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gitops_action.application.application import IgnoreDifference
    from gitops_action.comparison.json_path import JsonPath
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.resource.resource import Json, JsonObject


class RuleFailed(Exception):
    """A rule that cannot be evaluated; the reason never quotes the object. A syntax error concerns all objects."""

    def __init__(self, rule: str, reason: str, *, is_syntax: bool = False) -> None:
        super().__init__(f"ignore rule {rule}: {reason}")
        self.rule = rule
        self.reason = reason
        self.is_syntax = is_syntax


class PathQueries(Protocol):
    """Evaluates jq expressions somewhere where they can do no harm."""

    def paths(self, expressions: Sequence[str], values: Sequence[Json]) -> list[list[list[JsonPath]]]:
        """Return for each value, and each expression in turn, the paths that it names.

        An expression sees what the ones before it left. Raises ``RuleFailed``; without values, for syntax only.
        """
        ...


class NoQueries:
    """Stands where no jq is at hand: every expression fails."""

    def paths(self, expressions: Sequence[str], values: Sequence[Json]) -> list[list[list[JsonPath]]]:  # noqa: ARG002
        """Raise ``RuleFailed``."""
        raise RuleFailed(f"jq:{expressions[0]}", "jq is not available here")


NO_QUERIES = NoQueries()


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreRules:
    """The rules of the application, then those of the settings: a union (DIF-33)."""

    entries: tuple[IgnoreDifference, ...] = ()
    queries: PathQueries = NO_QUERIES

    def syntax_error(self) -> RuleFailed | None:
        """Return what is wrong with the first jq expression that does not compile (DIF-30)."""
        try:
            if expressions := _unique(each for entry in self.entries for each in entry.jq_path_expressions):
                self.queries.paths(expressions, ())
        except RuleFailed as failure:
            return failure
        return None

    def select(self, key: ResourceKey) -> tuple[IgnoreDifference, ...]:
        """Return the rules that match an object."""
        return tuple(entry for entry in self.entries if _matches(entry, key))

    def take(self, key: ResourceKey, live: Resource, sides: tuple[JsonObject, JsonObject]) -> tuple[Hidden, ...]:
        """Take the ignored fields out of both sides, live first; return those in which the sides differed.

        ``live`` tells who manages which field. Raises ``RuleFailed``.
        """
        rules = self.select(key)
        if not rules:
            return ()
        hidden: list[Hidden] = []
        for manager in _unique(each for rule in rules for each in rule.managed_fields_managers):
            paths = _changed_paths(live, manager, sides)
            taken = [take(side, each) for side, each in zip(sides, paths, strict=True)]
            hidden += _differing(f"manager:{manager}", taken)
        for text in _unique(each for rule in rules for each in rule.json_pointers):
            hidden += _differing(f"jsonPointer:{text}", [_take_pointed(side, text) for side in sides])
        expressions = _unique(each for rule in rules for each in rule.jq_path_expressions)
        if expressions:
            found = self.queries.paths(expressions, sides)
            for number, expression in enumerate(expressions):
                taken = [take(side, found[at][number]) for at, side in enumerate(sides)]
                hidden += _differing(f"jq:{expression}", taken)
        return tuple(hidden)


NO_RULES = IgnoreRules()


def rule_problems(rules: Iterable[IgnoreDifference]) -> Iterator[str]:
    """Yield what is wrong with rules that match or hide nothing because of how they are written."""
    for rule in rules:
        for name, pattern in (("group", rule.group), ("kind", rule.kind)):
            try:
                compile_glob(pattern)
            except ValueError as error:
                yield f"an ignore rule matches nothing: {name} {pattern!r}: {error}"
        for text in rule.json_pointers:
            try:
                parse_pointer(text)
            except ValueError as error:
                yield f"ignore rule jsonPointer:{text} hides nothing: {error}"


def _matches(rule: IgnoreDifference, key: ResourceKey) -> bool:
    """DIF-28: globs for group and kind, an empty group is the core group; names are exact, empty ones mean any."""
    return (
        (not rule.name or rule.name == key.name)
        and (not rule.namespace or rule.namespace == key.namespace)
        and _fits(rule.group, key.group)
        and _fits(rule.kind, key.kind)
    )


def _fits(pattern: str, text: str) -> bool:
    try:
        return matches(compile_glob(pattern), text)
    except ValueError:
        return False


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _take_pointed(side: JsonObject, text: str) -> dict[str, Json]:
    try:
        path = pointed(side, parse_pointer(text))
    except ValueError:
        return {}  # said once, by ``rule_problems``
    return take(side, [path] if path else [])


def _changed_paths(
    live: Resource, manager: str, sides: tuple[JsonObject, JsonObject]
) -> tuple[list[JsonPath], list[JsonPath]]:
    """Return what a manager owns in live and both sides have with different values, for each side (DIF-32)."""
    found: tuple[list[JsonPath], list[JsonPath]] = ([], [])
    for entry in entries(live):
        if entry.manager != manager:
            continue
        for leaf in leaves(entry.fields):
            first, second = (owned(side, leaf) for side in sides)
            if first and second and not same(get(sides[0], first), get(sides[1], second)):
                found[0].append(first)
                found[1].append(second)
    return found


def _differing(rule: str, taken: Sequence[dict[str, Json]]) -> Iterator[Hidden]:
    """Yield the fields whose value was not the same on both sides."""
    first, second = taken
    for path in dict.fromkeys((*first, *second)):
        before, after = first.get(path, ABSENT), second.get(path, ABSENT)
        if before is ABSENT or after is ABSENT or not same(before, after):
            yield Hidden(rule=rule, path=path)
