"""The pull requests that a set's generator asks for: those of GitHub, as far as the job's token opens them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.adapters.clock import SystemClock
from gitops_action.adapters.github_connection import GitHubConnection
from gitops_action.adapters.github_pulls import open_pull_requests
from gitops_action.applicationset.generators.context import Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.applicationset.inputs import PullRequestEntry
    from gitops_action.commands.applicationsets import Expander
    from gitops_action.resource.resource import JsonObject

_INSTEAD = "Deploy previews from a workflow on pull_request, with inputs path, namespace and name."


def pull_requests_of(known: Expander, provider: str, spec: JsonObject) -> Sequence[PullRequestEntry]:
    """Return the open pull requests of the repository that a generator names.

    Raises ``Unavailable`` for what the job's token does not open: another provider, server or owner, or no token; and
    ``GitHubError`` where GitHub refuses.
    """
    event, token = known.event, known.inputs.github_token
    if provider != "github":
        raise Unavailable(f"the pullRequest generator of {provider or 'no provider'} is not supported", remedy=_INSTEAD)
    if not (event.repository and event.api_url and token):
        raise Unavailable("the pullRequest generator needs GitHub and a token", remedy="Run it in a workflow.")
    owner, repository, api = (str(spec.get(field) or "") for field in ("owner", "repo", "api"))
    if api.rstrip("/") not in ("", event.api_url):
        raise Unavailable(f"the pullRequest generator names another server, {api[:100]}", remedy=_INSTEAD)
    if owner.casefold() != event.repository.partition("/")[0].casefold() or "/" in repository or not repository:
        raise Unavailable(
            f"the pullRequest generator names {owner[:50]}/{repository[:100]}, which the job's token does not open",
            remedy="Name a repository of this one's owner.",
        )
    connection = GitHubConnection(
        token=token, repository=f"{owner}/{repository}", api_url=event.api_url, clock=SystemClock()
    )
    return open_pull_requests(connection)
