"""What says ``Prune=confirm`` is deleted once somebody approved it in Git, after the last good sync (SYN-39).

In: the application's annotation ``argocd.argoproj.io/deletion-approved``, and when that sync ended. Out: yes or no.
Argo CD asks for a time after the operation began, which no commit can know; here the next sync uses an approval up.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitops_action.application.application import Application

DELETION_APPROVED = "argocd.argoproj.io/deletion-approved"


def is_deletion_approved(application: Application, *, since: float) -> bool:
    """Return whether the approval is newer than ``since`` (seconds since the epoch); what is no time is none."""
    try:
        approved = datetime.fromisoformat(application.annotations.get(DELETION_APPROVED, "").strip())
    except ValueError:
        return False
    return (approved if approved.tzinfo else approved.replace(tzinfo=UTC)).timestamp() > since
