"""``pullRequest``: a set of parameters for each open pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitops_action.applicationset.generators.context import Fields, Unavailable, with_values
from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from gitops_action.applicationset.generators.context import Context
    from gitops_action.applicationset.inputs import PullRequestEntry
    from gitops_action.applicationset.params import Params
    from gitops_action.resource.resource import JsonObject

_PROVIDERS = ("github", "gitlab", "gitea", "bitbucketServer", "bitbucket", "azuredevops")
_FILTERS = {"branchMatch": "branch", "targetBranchMatch": "target_branch", "titleMatch": "title"}


def generate(spec: JsonObject, context: Context) -> list[Params]:
    """Return the pull requests with the provider's labels that one of the filters takes."""
    fields = Fields(spec, "pullRequest")
    values = fields.text_map("values")
    labels = {label for provider in _PROVIDERS for label in fields.nested(provider).texts("labels")}
    filters = [
        {attribute: _compiled(item.text(field)) for field, attribute in _FILTERS.items() if field in item}
        for item in fields.items("filters")
    ]
    fields.check()
    if context.inputs.pull_requests is None:
        raise Unavailable(
            "the pullRequest generator is not supported here",
            remedy="Deploy previews from a workflow on pull_request, with inputs path, namespace and name.",
        )
    provider = next((name for name in _PROVIDERS if isinstance(spec.get(name), dict)), "")
    chosen = [
        pull
        for pull in context.inputs.pull_requests(provider, spec.get(provider) or {})
        if labels.issubset(pull.labels) and (not filters or any(_takes(each, pull) for each in filters))
    ]
    names = [name for pull in chosen for name in (pull.branch, pull.target_branch)]
    slugs = context.engine.slugs(names) if names else []
    params = [
        _params(pull, slug, target, is_go=context.engine.is_go)
        for pull, slug, target in zip(chosen, slugs[::2], slugs[1::2], strict=True)
    ]
    return with_values(values, params, context.engine)


def _compiled(expression: str) -> re.Pattern[str]:
    try:
        return re.compile(expression)
    except re.error as error:
        raise ApplicationError(
            f"the pullRequest generator is not valid: {expression[:80]!r} is no regular expression: {error}",
            remedy="Correct the filter.",
        ) from error


def _takes(expressions: dict[str, re.Pattern[str]], pull: PullRequestEntry) -> bool:
    return all(expression.search(getattr(pull, attribute)) for attribute, expression in expressions.items())


def _params(pull: PullRequestEntry, slug: str, target_slug: str, *, is_go: bool) -> Params:
    params: Params = {
        "number": str(pull.number),
        "title": pull.title,
        "branch": pull.branch,
        "branch_slug": slug,
        "target_branch": pull.target_branch,
        "target_branch_slug": target_slug,
        "head_sha": pull.head_sha,
        "head_short_sha": pull.head_sha[:8],
        "head_short_sha_7": pull.head_sha[:7],
        "author": pull.author,
    }
    return {**params, "labels": list(pull.labels)} if is_go else params
