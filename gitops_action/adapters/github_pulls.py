"""The open pull requests of a repository through PyGithub, as the generator of previews wants them.

In: a connection. Out: entries without those that come from forks: what strangers propose is not deployed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.adapters.github_connection import known
from gitops_action.applicationset.inputs import PullRequestEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.adapters.github_connection import GitHubConnection

_PERMISSION = "pull-requests: read"


def open_pull_requests(connection: GitHubConnection) -> Sequence[PullRequestEntry]:
    """Return the open pull requests of the repository's own branches, lowest number first."""
    with connection.failures("list the open pull requests", permission=_PERMISSION):
        found = [
            PullRequestEntry(
                number=known(pull.number),
                title=pull.title or "",
                branch=known(pull.head.ref),
                target_branch=known(pull.base.ref),
                head_sha=known(pull.head.sha),
                labels=tuple(label.name for label in pull.labels),
                author=pull.user.login if pull.user else "",
            )
            for pull in connection.repository().get_pulls(state="open")
            # The repository of a head is null once its fork is deleted.
            if pull.head.repo is not None and pull.head.repo.id == pull.base.repo.id
        ]
    return sorted(found, key=lambda entry: entry.number)
