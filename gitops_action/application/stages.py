"""Which applications are synced after which: sync waves of an app of apps, and the steps of a RollingSync.

In: applications that know their parent, their wave and their place in a rollout. Out: for each of them whom it waits
for, and how many of a step may be under way at once. Pure. Rules: APS-23, APS-25.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitops_action.application.application import Application

_NUMBER = re.compile(r"(\d{1,9})(%?)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Predecessor:
    """An application, by its position, that another one waits for; ``must_be_synced`` that healthy does not suffice."""

    position: int
    why: str
    must_be_synced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a rollout: how many of its applications may be under way at once; 0 lets none begin."""

    name: str
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """The order of some applications, by their positions. ``held`` says why one is not begun at all."""

    after: Mapping[int, tuple[Predecessor, ...]] = field(default_factory=dict)
    steps: Mapping[int, Step] = field(default_factory=dict)
    held: Mapping[int, str] = field(default_factory=dict)


def stages(applications: Sequence[Application], *, automated: bool) -> Stages:
    """Return the order of these applications; whom they would wait for and is not among them is not waited for.

    What no step of its rollout names is synced by hand alone: where ``automated`` is set it is held.
    """
    after: dict[int, list[Predecessor]] = defaultdict(list)
    _by_waves(applications, after)
    steps = _by_steps(applications, after)
    held = {
        position: f"no step of the rollout of ApplicationSet {each.rollout.applicationset} names it; sync it by hand"
        for position, each in enumerate(applications)
        if automated and each.rollout is not None and each.rollout.step < 0
    }
    held |= {position: f"{step.name} lets none begin (maxUpdate)" for position, step in steps.items() if not step.limit}
    return Stages(after={position: tuple(found) for position, found in after.items()}, steps=steps, held=held)


def _by_waves(applications: Sequence[Application], after: dict[int, list[Predecessor]]) -> None:
    """Let an application wait for its parent, and for the parent's other applications of lower waves."""
    positions = {(each.namespace, each.name): position for position, each in enumerate(applications)}
    children: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, each in enumerate(applications):
        if each.parent is not None:
            children[each.parent].append(position)
    for parent, own in children.items():
        for position in own:
            if (above := positions.get(parent)) is not None and above != position:
                after[position].append(Predecessor(position=above, why=f"{parent[1]}, which renders it"))
            after[position] += [
                Predecessor(position=other, why=f"{applications[other].name} of wave {applications[other].wave}")
                for other in own
                if applications[other].wave < applications[position].wave
            ]


def _by_steps(applications: Sequence[Application], after: dict[int, list[Predecessor]]) -> dict[int, Step]:
    """Let an application wait for all of the steps before its own (APS-25)."""
    sets: dict[str, list[int]] = defaultdict(list)
    for position, each in enumerate(applications):
        if each.rollout is not None and each.rollout.step >= 0:
            sets[each.rollout.applicationset].append(position)
    found: dict[int, Step] = {}
    for name, own in sets.items():
        places = {position: rollout for position in own if (rollout := applications[position].rollout)}
        for position, place in places.items():
            after[position] += [
                Predecessor(
                    position=other,
                    why=f"{applications[other].name} of step {at.step + 1}",
                    must_be_synced=True,
                )
                for other, at in places.items()
                if at.step < place.step
            ]
            number = sum(at.step == place.step for at in places.values())
            found[position] = Step(name=f"step {place.step + 1} of {name}", limit=allowed(place.max_update, number))
    return found


def allowed(max_update: str, number: int) -> int:
    """Return how many of a step's applications may be under way at once (APS-25).

    A percentage is rounded down, but means at least one unless it is 0; what cannot be read means one.
    """
    if not max_update:
        return number
    match = _NUMBER.fullmatch(max_update.strip())
    if match is None:
        return 1
    value = int(match[1])
    if not match[2]:
        return value
    return max(1, number * value // 100) if value else 0
