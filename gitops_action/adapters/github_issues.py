"""Issues through PyGithub. In: a connection. Out: our own values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitops_action.adapters.github_connection import known
from gitops_action.github_ports import Issue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.adapters.github_connection import GitHubConnection

_PERMISSION = "issues: write"


class GitHubIssues:
    """``github_ports.Issues`` for one repository."""

    def __init__(self, connection: GitHubConnection) -> None:
        self._github = connection

    def login(self) -> str:
        """Return who the token writes as."""
        return self._github.login()

    def labelled(self, label: str) -> Sequence[Issue]:
        """Return the issues with a label, closed ones too, oldest first.

        GitHub lists pull requests among them, told apart by their address: to ask for more would be a request each.
        """
        with self._github.failures(f"list the issues labelled {label}", permission=_PERMISSION):
            found = self._github.repository().get_issues(state="all", labels=[label])
            issues = [_issue(each) for each in found]
        return sorted((each for each in issues if "/pull/" not in each.url), key=lambda issue: issue.number)

    def create_issue(self, *, title: str, body: str, labels: Sequence[str], assignees: Sequence[str]) -> Issue:
        """Open an issue."""
        with self._github.failures("open an issue", write=True, permission=_PERMISSION):
            made = self._github.repository().create_issue(
                title, body=body, labels=list(labels), assignees=list(assignees)
            )
            return _issue(made)

    def update_issue(self, number: int, *, title: str, body: str, is_open: bool) -> Issue:
        """Change an issue's text, and whether it is open."""
        with self._github.failures(f"update issue #{number}", permission=_PERMISSION):
            issue = self._github.repository().get_issue(number)
            issue.edit(title=title, body=body, state="open" if is_open else "closed")
            return _issue(issue)


def _issue(issue: Any) -> Issue:
    return Issue(
        number=known(issue.number),
        title=issue.title or "",
        body=issue.body or "",
        author=issue.user.login if issue.user else "",
        is_open=issue.state == "open",
        url=known(issue.html_url),
    )
