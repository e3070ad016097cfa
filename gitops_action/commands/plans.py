"""Hold a sync to the plan that was reviewed.

In: the file that the input ``plan`` names, and what a sync is about to do. Out: a ``Refused`` that names what moved.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.errors import Refused, UsageError
from gitops_action.sync.reviewed_plan import from_json, moved

if TYPE_CHECKING:
    from gitops_action.commands.session import Session
    from gitops_action.comparison.model import Comparison
    from gitops_action.sync.reviewed_plan import ReviewedPlan

_SHOWN = 10
_LARGEST = 256 * 1024 * 1024


def read_plan(session: Session) -> ReviewedPlan | None:
    """Return the plan that the inputs name, if they name one; ``UsageError`` where it cannot be read."""
    path = session.inputs.plan
    if not path:
        return None
    place = Path(session.ports.environment.get("GITHUB_WORKSPACE") or ".", path)
    try:
        if place.stat().st_size > _LARGEST:
            raise UsageError(f"{path} is too large for a plan", remedy="Let `diff` write it.")
        return from_json(place.read_bytes(), place=path)
    except OSError as error:
        raise UsageError(
            f"the plan {path} cannot be read: {error.strerror}",
            remedy="Download the artifact of the review's run before this step.",
        ) from error


def check_plan(plan: ReviewedPlan, comparison: Comparison) -> None:
    """Raise ``Refused`` where a sync would not do what was reviewed."""
    found = moved(plan, comparison)
    if found:
        more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
        raise Refused(
            f"{comparison.application.name}: not synced, for {_count(len(found))} moved since the plan was made",
            detail="\n".join([*found[:_SHOWN], *more]),
            remedy="Let `diff` make a new plan, and have that reviewed.",
        )


def _count(number: int) -> str:
    return "1 thing" if number == 1 else f"{number} things"
