"""Applications → the jobs of a GitHub Actions matrix.

In: names, and how many jobs there may be. Out: the value of ``strategy.matrix``, the same for the same names, with jobs
that differ by one application at most. Neighbours in the alphabet share a job.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.application.application import Application
    from gitops_action.resource.resource import JsonObject

MOST_JOBS = 256
"""What GitHub takes in one matrix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One job: its number from 1, and the applications that it is for."""

    number: int
    applications: tuple[str, ...]


def shards(names: Iterable[str], count: int) -> tuple[Shard, ...]:
    """Return at most ``count`` shards of equal size, none of them empty."""
    ordered = sorted(names)
    jobs = min(count, len(ordered))
    if not jobs:
        return ()
    size, larger = divmod(len(ordered), jobs)
    ends = [number * size + min(number, larger) for number in range(jobs + 1)]
    return tuple(
        Shard(number=number, applications=tuple(ordered[start:end]))
        for number, (start, end) in enumerate(pairwise(ends), 1)
    )


def matrix(jobs: Iterable[Shard]) -> JsonObject:
    """Return the matrix: the names of each job as one text, as the verbs take them."""
    return {
        "include": [
            {"shard": job.number, "applications": " ".join(job.applications), "count": len(job.applications)}
            for job in jobs
        ]
    }


def unique_names(chosen: Iterable[Application], among: Iterable[Application]) -> tuple[str, ...]:
    """Return the names by which a verb finds these applications: with the file where a name is not the only one."""
    counts = Counter(application.name for application in among)
    return tuple(
        application.name if counts[application.name] == 1 else f"{application.file}:{application.name}"
        for application in chosen
    )
