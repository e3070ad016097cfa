"""``refresh``: render and compare again; a hard refresh passes over what is in the manifest cache, and replaces it.

In: a session and its clusters. Out: the report of the comparison. Every run resolves revisions anew and compares with
what lives now, so that all a normal refresh adds to a ``diff`` is its name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_action.commands.cache_directory import anew
from gitops_action.commands.diff import diff
from gitops_action.report.model import Mode

if TYPE_CHECKING:
    from gitops_action.commands.clusters import Clusters
    from gitops_action.commands.session import Session
    from gitops_action.report.model import Report


def refresh(session: Session, clusters: Clusters | None, *, hard: bool) -> Report:
    """Return the report of all applications of the session, rendered anew where it is ``hard``."""
    return diff(replace(session, manifests=anew(session.manifests)) if hard else session, clusters, Mode.DIFF)
