"""Write the plan of a review.

In: what was compared. Out: ``plan.json`` beside the report, or the file that somebody names.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.commands.report_files import write_beside
from gitops_action.errors import UsageError
from gitops_action.sync.reviewed_plan import plan_of, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.commands.evaluate import Evaluation
    from gitops_action.commands.session import Session

PLAN_FILE = "plan.json"


def write_plan(evaluations: Iterable[Evaluation], session: Session, path: str = "") -> None:
    """Write what was compared as a plan: to a path, or beside the report.

    Raises ``UsageError`` where it cannot be written.
    """
    whole = (found for found in evaluations if not found.error and not found.is_broken)
    comparisons = [found.comparison for found in whole if found.comparison is not None]
    content = to_json(plan_of(comparisons, commit=session.head.commit, salt=secrets.token_hex(16)))
    if not path:
        write_beside(PLAN_FILE, content, session.inputs.report_dir, session.ports.environment)
        return
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise UsageError(
            f"the plan cannot be written to {path}: {error.strerror}", remedy="Name a file that can be written."
        ) from error
