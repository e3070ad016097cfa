"""What was reviewed, so that a sync can refuse whatever moved since: in Git or in the cluster.

In: comparisons. Out: a ``ReviewedPlan`` as JSON and back, and what differs between it and a comparison of now. A plan
holds digests and no values; those of Secrets go together into one that is slow to try guesses on. Only what a sync
would change counts of the cluster: what equals its target may have changed in fields that are nobody's. Pure, but for
the salt that is handed in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from gitops_action.comparison.display import shown_sides
from gitops_action.comparison.model import SyncStatusCode
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.comparison.model import Comparison, ResourceComparison
    from gitops_action.resource import Resource, ResourceKey
    from gitops_action.resource.resource import JsonObject

VERSION = 1
_EQUAL = "equal"
_PASSING = ("managedFields", "resourceVersion", "generation", "selfLink")
"""Metadata that changes without a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedObject:
    """One object: the digests of its target and of what lives; empty for what there is not."""

    target: str = ""
    live: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedApplication:
    """One application's objects by name, and the digest of the values in all Secrets among its targets."""

    objects: Mapping[str, PlannedObject] = field(default_factory=dict)
    secrets: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedPlan:
    """The applications of a review by namespace and name, the commit, and the salt of the Secrets' digests."""

    commit: str
    salt: str
    applications: Mapping[str, PlannedApplication] = field(default_factory=dict)


def plan_of(comparisons: Iterable[Comparison], *, commit: str, salt: str) -> ReviewedPlan:
    """Return the plan of some comparisons."""
    return ReviewedPlan(
        commit=commit,
        salt=salt,
        applications={_name(each): planned(each, salt) for each in comparisons},
    )


def planned(comparison: Comparison, salt: str) -> PlannedApplication:
    """Return what a plan says of one application."""
    objects = {_key(row.key): _planned(row) for row in comparison.resources}
    hooks = {
        f"hook {_key(hook.key)}": PlannedObject(target=_digest(_without_values(hook))) for hook in comparison.hooks
    }
    targets = [row.target for row in comparison.resources if row.target is not None]
    return PlannedApplication(objects=objects | hooks, secrets=_secrets([*targets, *comparison.hooks], salt))


def moved(plan: ReviewedPlan, comparison: Comparison) -> tuple[str, ...]:
    """Return what differs from the plan, each in words; nothing where all is as it was reviewed."""
    before = plan.applications.get(_name(comparison))
    if before is None:
        return ("the application is not in the plan",)
    now = planned(comparison, plan.salt)
    found = []
    for key in sorted(before.objects.keys() | now.objects.keys()):
        was, one = before.objects.get(key, PlannedObject()), now.objects.get(key, PlannedObject())
        if was.target != one.target:
            found.append(f"{key}: Git says something else")
        elif was.live != one.live:
            found.append(f"{key}: changed in the cluster")
    if before.secrets != now.secrets:
        found.append("the values of a Secret: Git says something else")
    return tuple(found)


def to_json(plan: ReviewedPlan) -> bytes:
    """Return the plan as one JSON document."""
    return orjson.dumps({"version": VERSION, "plan": plan}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def from_json(document: bytes, *, place: str) -> ReviewedPlan:
    """Return the plan in a document; ``UsageError`` where there is none."""
    try:
        content = orjson.loads(document)
        plan = {VERSION: content["plan"]}[content["version"]]
        return ReviewedPlan(
            commit=str(plan["commit"]),
            salt=str(plan["salt"]),
            applications={str(name): _application(each) for name, each in plan["applications"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"{place} is not a plan of this version", remedy="Let `diff` write it: plan.json, or --plan-out."
        ) from error


def _application(content: JsonObject) -> PlannedApplication:
    objects = {
        str(key): PlannedObject(target=str(each["target"]), live=str(each["live"]))
        for key, each in content["objects"].items()
    }
    return PlannedApplication(objects=objects, secrets=str(content["secrets"]))


def _planned(row: ResourceComparison) -> PlannedObject:
    target = _digest(_without_values(row.target)) if row.target else ""
    if row.live is None:
        return PlannedObject(target=target)
    if row.status is SyncStatusCode.SYNCED:
        return PlannedObject(target=target, live=_EQUAL)
    live, _ = shown_sides(row)
    return PlannedObject(target=target, live=_digest(_lasting(row.live, live)))


def _lasting(live: Resource, shown: JsonObject | None) -> JsonObject:
    """Return what of a live object only a change changes: of a Secret, which version it is and not what it holds."""
    if _is_secret(live):
        return {"uid": live.uid, "resourceVersion": live.resource_version}
    content = shown if shown is not None else live.object
    metadata = {name: value for name, value in (content.get("metadata") or {}).items() if name not in _PASSING}
    kept = {name: value for name, value in content.items() if name != "status"}
    return {**kept, "metadata": metadata, "uid": live.uid}


def _without_values(target: Resource) -> JsonObject:
    if not _is_secret(target):
        return target.object
    return {
        name: sorted(value) if name in ("data", "stringData") and isinstance(value, dict) else value
        for name, value in target.object.items()
    }


def _secrets(targets: Iterable[Resource], salt: str) -> str:
    secrets = [each for each in targets if _is_secret(each)]
    values = [[_key(each.key), each.object.get("data"), each.object.get("stringData")] for each in secrets]
    if not values:
        return ""
    text = orjson.dumps(sorted(values, key=lambda each: each[0]), option=orjson.OPT_SORT_KEYS)
    return hashlib.scrypt(text, salt=bytes.fromhex(salt), n=2**13, r=8, p=1, dklen=16).hex()


def _is_secret(resource: Resource) -> bool:
    return resource.kind == "Secret" and not resource.group


def _digest(content: JsonObject) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def _name(comparison: Comparison) -> str:
    return f"{comparison.application.namespace}/{comparison.application.name}"


def _key(key: ResourceKey) -> str:
    return f"{key.group}/{key}" if key.group else str(key)
