"""Read what woke the run: a GitHub event and its payload.

In: the environment (``GITHUB_*``), the payload that ``GITHUB_EVENT_PATH`` names, already parsed, and input ``command``.
Out: one ``Event``. Raises ``UsageError`` for what is not handled and ``Refused`` for ``pull_request_target`` of a fork.
Never reads a file or the process' own environment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gitops_action.errors import Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

AUTO = "auto"
MERGE = "report merge"
CHATOPS = "chatops"
"""The verb of a comment; the command in it takes its place."""
_MERGE_GROUP_REF = re.compile(r"/pr-(?P<number>\d+)-[0-9a-f]{40,64}$")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BRANCH = "refs/heads/"
_DEPENDABOT = "dependabot[bot]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What woke the run, what it is about, and which run it is.

    Without an event (the CLI on a desk) ``name`` and all that only GitHub knows are empty.
    """

    name: str
    verb: str
    repository: str = ""
    """``owner/name``."""
    repository_id: int = 0
    repository_is_public: bool | None = None
    """``None`` where the payload does not say, as on a schedule; counts as public, so that doubt hides."""
    is_fork: bool = False
    lacks_secrets: bool = False
    """GitHub gives this run no secrets and a read-only token, unless the repository's settings say otherwise.

    A reason to expect missing credentials, no proof of it: whoever needs some looks whether they are there.
    """
    pull_request: int = 0
    head_sha: str = ""
    """The commit that comments and checks go to."""
    base_sha: str = ""
    """The base branch's commit as the event says; empty where an event has none."""
    base_ref: str = ""
    tracked_branch: str = ""
    before: str = ""
    after: str = ""
    actor: str = ""
    run_id: int = 0
    run_attempt: int = 0
    run_url: str = ""
    server_url: str = ""
    api_url: str = ""
    workflow: str = ""
    comment: str = ""
    """The text of the comment that woke the run."""
    comment_id: int = 0
    comment_author: str = ""

    @property
    def order(self) -> tuple[int, int]:
        """Run id and attempt: of two runs for the same commit the larger one is newer."""
        return (self.run_id, self.run_attempt)


def read_event(environ: Mapping[str, str], payload: Mapping[str, Any] | None, *, command: str = AUTO) -> Event:
    """Return the event of this run with the verb to do; ``command`` other than ``auto`` names the verb itself."""
    name = environ.get("GITHUB_EVENT_NAME", "")
    if not name:
        return _without_event(environ, command)
    if name not in _READERS:
        raise UsageError(
            f"event {name} is not handled",
            remedy=f"Run the action on one of: {', '.join(_READERS)}.",
        )
    if payload is None:
        raise UsageError(
            f"the payload of event {name} is missing",
            detail="GITHUB_EVENT_PATH names no readable file.",
            remedy="In a container of your own, mount the file that GITHUB_EVENT_PATH names; "
            "GitHub's runner does so by itself.",
        )
    verb, read = _READERS[name]
    event = read(_run(environ, payload, name=name, verb=_verb(name, verb, command)), payload, environ)
    if event.head_sha and not _COMMIT.fullmatch(event.head_sha):
        raise _incomplete(name, "a head commit")
    return event


def _verb(name: str, default: str, command: str) -> str:
    if command != AUTO and name != "issue_comment":
        return command
    if not default:
        raise UsageError(
            f"event {name} does not say what to do",
            remedy=f"Name the verb in the step:\n\n    with:\n      command: {_COMMAND_SOURCE[name]}\n",
        )
    return default


_COMMAND_SOURCE = {
    "workflow_dispatch": "${{ inputs.command }}",
    "repository_dispatch": "sync",
}


def _without_event(environ: Mapping[str, str], command: str) -> Event:
    if command == AUTO:
        raise UsageError(
            "there is no event: GITHUB_EVENT_NAME is not set",
            remedy="Name a verb, such as `gitops-action diff`; `run` is for GitHub Actions.",
        )
    return Event(
        name="",
        verb=command,
        repository=environ.get("GITHUB_REPOSITORY", ""),
        server_url=environ.get("GITHUB_SERVER_URL", "").rstrip("/"),
        api_url=environ.get("GITHUB_API_URL", "").rstrip("/"),
    )


def _run(environ: Mapping[str, str], payload: Mapping[str, Any], *, name: str, verb: str) -> Event:
    """Return what every event has: the repository and the run."""
    about = _object(payload, "repository")
    repository = environ.get("GITHUB_REPOSITORY", "") or _text(about, "full_name")
    if not repository:
        raise _incomplete(name, "a repository (GITHUB_REPOSITORY)")
    server = environ.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/")
    run_id, attempt = _number(environ, "GITHUB_RUN_ID"), _number(environ, "GITHUB_RUN_ATTEMPT")
    url = f"{server}/{repository}/actions/runs/{run_id}" if run_id else ""
    actor = environ.get("GITHUB_ACTOR", "")
    return Event(
        name=name,
        verb=verb,
        repository=repository,
        repository_id=_number(environ, "GITHUB_REPOSITORY_ID") or _integer(about, "id"),
        repository_is_public=None if about.get("private") is None else about["private"] is not True,
        head_sha=environ.get("GITHUB_SHA", ""),
        lacks_secrets=actor == _DEPENDABOT and name in _DEPENDABOT_IS_RESTRICTED_ON,
        actor=actor,
        run_id=run_id,
        run_attempt=attempt,
        run_url=f"{url}/attempts/{attempt}" if url and attempt > 1 else url,
        server_url=server,
        api_url=environ.get("GITHUB_API_URL", "https://api.github.com").rstrip("/"),
        workflow=environ.get("GITHUB_WORKFLOW", ""),
    )


_DEPENDABOT_IS_RESTRICTED_ON = frozenset({"pull_request", "push"})


def _pull_request(run: Event, payload: Mapping[str, Any], _environ: Mapping[str, str]) -> Event:
    pull = _object(payload, "pull_request")
    head, base = _object(pull, "head"), _object(pull, "base")
    number = _integer(pull, "number")
    if not (number and _text(head, "sha") and _text(base, "ref")):
        raise _incomplete(run.name, "pull_request.number, head.sha and base.ref")
    is_fork = _is_fork(head, base)
    return replace(
        run,
        pull_request=number,
        head_sha=_text(head, "sha"),
        base_sha=_text(base, "sha"),
        base_ref=_text(base, "ref"),
        tracked_branch=_text(base, "ref"),
        is_fork=is_fork,
        lacks_secrets=is_fork or run.lacks_secrets,
        before=_text(payload, "before"),
        after=_text(payload, "after"),
    )


def _pull_request_target(run: Event, payload: Mapping[str, Any], environ: Mapping[str, str]) -> Event:
    event = _pull_request(run, payload, environ)
    if event.is_fork:
        raise Refused(
            f"pull request #{event.pull_request} comes from a fork, and pull_request_target runs with this "
            "repository's secrets",
            detail="Rendering is running: the fork's charts and kustomizations would be rendered beside them.",
            remedy="Use `on: pull_request`; for a fork it compares without a cluster and writes the job summary.",
        )
    return replace(event, lacks_secrets=False)


def _is_fork(head: Mapping[str, Any], base: Mapping[str, Any]) -> bool:
    """Tell whether the head lives elsewhere; the repository of a head is null once its fork is deleted."""
    head_id = _integer(_object(head, "repo"), "id")
    return not head_id or head_id != _integer(_object(base, "repo"), "id")


def _merge_group(run: Event, payload: Mapping[str, Any], _environ: Mapping[str, str]) -> Event:
    group = _object(payload, "merge_group")
    head_ref, base_ref = _text(group, "head_ref"), _text(group, "base_ref").removeprefix(_BRANCH)
    if not (_text(group, "head_sha") and base_ref):
        raise _incomplete(run.name, "merge_group.head_sha and base_ref")
    found = _MERGE_GROUP_REF.search(head_ref)
    return replace(
        run,
        # The payload carries no number; the ref of the queue does, and names the last pull request of the group.
        pull_request=int(found["number"]) if found else 0,
        head_sha=_text(group, "head_sha"),
        base_sha=_text(group, "base_sha"),
        base_ref=base_ref,
        tracked_branch=base_ref,
    )


def _workflow_run(run: Event, payload: Mapping[str, Any], _environ: Mapping[str, str]) -> Event:
    """Read what ran before: its commit is GitHub's word, and of a fork the payload names no pull request."""
    before = _object(payload, "workflow_run")
    head_sha = _text(before, "head_sha")
    if not head_sha:
        raise _incomplete(run.name, "workflow_run.head_sha")
    if run.verb != MERGE:
        raise Refused(
            f"{run.verb} is refused on event workflow_run",
            detail="It runs with this repository's secrets after a run that may have been a fork's.",
            remedy="There, only `report merge` is done: it renders nothing, and reads reports as hostile text.",
        )
    pulls = before.get("pull_requests")
    ours = [each for each in pulls if isinstance(each, dict)] if isinstance(pulls, list) else []
    same = [each for each in ours if _text(_object(each, "head"), "sha") == head_sha]
    return replace(run, head_sha=head_sha, pull_request=_integer(same[0], "number") if same else 0, lacks_secrets=False)


def _push(run: Event, payload: Mapping[str, Any], environ: Mapping[str, str]) -> Event:
    ref = _text(payload, "ref") or environ.get("GITHUB_REF", "")
    if not ref.startswith(_BRANCH):
        raise UsageError(
            f"this push is of {ref or 'no ref'}, not of a branch",
            remedy="Limit the workflow to the tracked branch:\n\n    on:\n      push:\n        branches: [main]\n",
        )
    branch = ref.removeprefix(_BRANCH)
    if payload.get("deleted") is True:
        raise UsageError(
            f"this push deletes branch {branch}: there is nothing to sync",
            remedy="Limit the workflow to the tracked branch:\n\n    on:\n      push:\n        branches: [main]\n",
        )
    return replace(
        run,
        head_sha=_text(payload, "after") or run.head_sha,
        before=_text(payload, "before"),
        after=_text(payload, "after"),
        tracked_branch=branch,
    )


def _issue_comment(run: Event, payload: Mapping[str, Any], _environ: Mapping[str, str]) -> Event:
    """Read a new comment on a pull request; one that was edited, that a bot wrote, or on an issue gives no command.

    The payload names neither commit nor base: whoever carries the command out asks for them.
    """
    issue, comment = _object(payload, "issue"), _object(payload, "comment")
    author = _object(comment, "user")
    event = replace(run, head_sha="", tracked_branch=_text(_object(payload, "repository"), "default_branch"))
    is_command = _text(payload, "action") == "created" and _text(author, "type") != "Bot"
    if not is_command or not _object(issue, "pull_request"):
        return event
    return replace(
        event,
        pull_request=_integer(issue, "number"),
        comment=_text(comment, "body"),
        comment_id=_integer(comment, "id"),
        comment_author=_text(author, "login"),
    )


def _on_ref(run: Event, payload: Mapping[str, Any], environ: Mapping[str, str]) -> Event:
    """Read schedule and the dispatches: they run on a branch, or (dispatch only) on a tag that names no branch."""
    ref = environ.get("GITHUB_REF", "") or _text(payload, "ref")
    default_branch = _text(_object(payload, "repository"), "default_branch")
    return replace(run, tracked_branch=ref.removeprefix(_BRANCH) if ref.startswith(_BRANCH) else default_branch)


_READERS: Mapping[str, tuple[str, Callable[[Event, Mapping[str, Any], Mapping[str, str]], Event]]] = {
    "pull_request": ("diff", _pull_request),
    "pull_request_target": ("diff", _pull_request_target),
    "merge_group": ("diff", _merge_group),
    "push": ("sync", _push),
    "schedule": ("drift", _on_ref),
    "issue_comment": (CHATOPS, _issue_comment),
    "workflow_run": (MERGE, _workflow_run),
    "workflow_dispatch": ("", _on_ref),
    "repository_dispatch": ("", _on_ref),
}


def _incomplete(name: str, what: str) -> UsageError:
    return UsageError(
        f"the payload of event {name} lacks {what}",
        remedy="Is GITHUB_EVENT_PATH the file that GitHub's runner wrote for this event?",
    )


def _object(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""


def _integer(value: Mapping[str, Any], name: str) -> int:
    found = value.get(name)
    return found if isinstance(found, int) else 0


def _number(environ: Mapping[str, str], name: str) -> int:
    value = environ.get(name, "")
    return int(value) if value.isascii() and value.isdigit() else 0
