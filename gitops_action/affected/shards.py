"""Applications → the jobs of a GitHub Actions matrix.

In: names, and how many jobs there may be. Out: the value of ``strategy.matrix``, the same for the same names, with jobs
that differ by one application at most. Neighbours in the alphabet share a job.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.application.application import Application
    from gitops_action.resource.resource import JsonObject

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]*")


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
    """Return the names by which a verb finds these applications: with the file where a name is not the only one.

    Raises ``UsageError`` for a file whose name a shell would not take as it is: the names end in a workflow's script.
    """
    counts = Counter(application.name for application in among)
    return tuple(
        application.name if counts[application.name] == 1 else _with_file(application) for application in chosen
    )


def _with_file(application: Application) -> str:
    if not _PLAIN.fullmatch(application.file):
        raise UsageError(
            f"{application.file!r}: there is another Application named {application.name}, and this file's name cannot"
            " stand in a matrix",
            remedy="Rename one of the two, or the file: letters, digits and '._/-' only.",
        )
    return f"{application.file}:{application.name}"
