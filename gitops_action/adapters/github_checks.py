"""Check runs through PyGithub. In: a connection. Out: ids and URLs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitops_action.adapters.github_connection import known
from gitops_action.errors import Unanswered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.adapters.github_connection import GitHubConnection
    from gitops_action.github_ports import CheckAnnotation, CheckResult

_AT_ONCE = 50
"""Annotations that GitHub takes in one request; more are sent by further ones, which add to them."""
_PERMISSION = "checks: write"


class GitHubChecks:
    """``github_ports.Checks`` for one repository."""

    def __init__(self, connection: GitHubConnection) -> None:
        self._github = connection

    def start(self, *, name: str, sha: str, external_id: str, details_url: str) -> int:
        """Show that a check is in progress and return its id; one that a lost answer left behind is found again."""
        repository = self._github.repository()
        try:
            with self._github.failures(f"create check run {name!r}", write=True, permission=_PERMISSION):
                made = repository.create_check_run(
                    name, sha, details_url=details_url, external_id=external_id, status="in_progress"
                )
                return known(made.id)
        except Unanswered:
            with self._github.failures(f"find check run {name!r}", permission=_PERMISSION):
                for found in repository.get_commit(sha).get_check_runs(check_name=name):
                    if found.external_id == external_id:
                        return known(found.id)
            raise

    def finish(self, check_id: int, result: CheckResult) -> str:
        """End a check run and return its URL; all but the last batch of annotations goes ahead of the conclusion."""
        *first, last = _batches(result.annotations)
        with self._github.failures("complete the check run", permission=_PERMISSION):
            check = self._github.repository().get_check_run(check_id)
            for batch in first:
                check.edit(output=_output(result, batch))
            check.edit(status="completed", conclusion=result.conclusion.value, output=_output(result, last))
            return known(check.html_url)


def _batches(annotations: Sequence[CheckAnnotation]) -> list[Sequence[CheckAnnotation]]:
    """Return the annotations in parts of what one request takes; one empty part where there are none."""
    return [annotations[start : start + _AT_ONCE] for start in range(0, len(annotations) or 1, _AT_ONCE)]


def _output(result: CheckResult, annotations: Sequence[CheckAnnotation]) -> dict[str, Any]:
    return {
        "title": result.title,
        "summary": result.summary,
        "annotations": [
            {
                "path": each.path,
                "start_line": each.line,
                "end_line": each.line,
                "annotation_level": each.level,
                "title": each.title,
                "message": each.message,
            }
            for each in annotations
        ],
    }
