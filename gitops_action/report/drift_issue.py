"""The text of the issue about one application that drifted.

In: the report of a drift run. Out: for each application its key, and for those that drifted a title, a body and a
fingerprint that is the same as long as the drift is. Never writes an issue.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gitops_action.report.comment import COMMENT, comment
from gitops_action.report.escape import one_line
from gitops_action.report.outcome import DIFFERENT, Outcome, outcome
from gitops_action.report.phrases import numbered

if TYPE_CHECKING:
    from gitops_action.report.model import ApplicationReport, Report

_TITLE_LIMIT = 200
_DRIFTED = frozenset({Outcome.CHANGED, Outcome.DRIFTED, Outcome.LEFTOVER})


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftText:
    """An application that was compared; ``title`` is empty where it has no drift."""

    key: str
    fingerprint: str = ""
    title: str = ""
    body: str = ""


def drift_texts(report: Report, key: str) -> tuple[DriftText, ...]:
    """Return the applications that were compared as a whole; ``key`` tells this job's issues from another's."""
    texts = []
    for application in report.applications:
        identity = json.dumps(
            [report.repository, key, application.cluster, application.namespace, application.name],
        )
        found = outcome(report.mode, application)
        if found in _DRIFTED:
            texts.append(_drifted(identity, application, report))
        elif found is Outcome.SAME:
            texts.append(DriftText(key=identity))
    return tuple(texts)


def _drifted(key: str, application: ApplicationReport, report: Report) -> DriftText:
    alone = replace(report, applications=(application,), problems=())
    different = [resource for resource in application.resources if resource.change in DIFFERENT]
    count = numbered(len(different) or len(application.resources), "object")
    return DriftText(
        key=key,
        fingerprint=_fingerprint(application),
        title=one_line(f"Drift: {application.name} on {application.cluster}: {count}", _TITLE_LIMIT),
        body=comment(alone, "", COMMENT).lstrip("\n"),
    )


def _fingerprint(application: ApplicationReport) -> str:
    rows = [
        (row.group, row.kind, row.namespace, row.name, row.change.value, row.diff)
        for row in application.resources
        if row.diff or row.change in DIFFERENT
    ]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]
