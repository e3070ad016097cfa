"""``run``: the action's entry point. Event and inputs → a verb → everything that a workflow run shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from gitops_action.commands.chatops import take
from gitops_action.commands.checks import CheckOfRun
from gitops_action.commands.comments import comment
from gitops_action.commands.deployments import DeploymentsOfRun
from gitops_action.commands.drift_issues import keep_issues
from gitops_action.commands.github import GitHub
from gitops_action.commands.merge import run_merge
from gitops_action.commands.publish import show, write_outputs
from gitops_action.commands.report_files import write_report
from gitops_action.commands.run_action import VERB as ACTION
from gitops_action.commands.run_action import act
from gitops_action.commands.run_affected import VERB as AFFECTED
from gitops_action.commands.run_affected import run_affected
from gitops_action.commands.run_doctor import VERB as DOCTOR
from gitops_action.commands.run_doctor import diagnose
from gitops_action.commands.session import open_session
from gitops_action.commands.verbs import carry_out
from gitops_action.errors import ExitCode, GitOpsError, Refused, UsageError
from gitops_action.github.events import CHATOPS, MERGE, read_event
from gitops_action.inputs import INPUTS, UNSET, from_environment, parse
from gitops_action.report.model import Mode
from gitops_action.report.outputs import exit_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.commands.session import Ports, Session
    from gitops_action.inputs import Inputs
    from gitops_action.report.model import Report


def run(ports: Ports) -> ExitCode:
    """Do what the event asks for and return the code that the job ends with.

    Raises ``GitOpsError`` for what keeps the run as a whole from its work.
    """
    texts, warnings = from_environment(ports.environment)
    for warning in warnings:
        ports.workflow.annotate("warning", warning)
    event = read_event(ports.environment, _payload(ports.environment), command=texts.get("command", "auto"))
    if event.is_fork and event.verb not in (Mode.DIFF, MERGE, AFFECTED):
        raise Refused(
            f"{event.verb} is refused for a pull request from a fork",
            remedy="Only `diff` runs there, without a cluster.",
        )
    has_cluster = not event.is_fork and not (event.lacks_secrets and not _has_credentials(texts))
    inputs = parse(texts if has_cluster else _without_credentials(texts))
    for secret in filter(None, (inputs.github_token, inputs.token, inputs.cache_key)):
        ports.workflow.mask(secret)
    github = GitHub(token=inputs.github_token, event=event, clock=ports.clock, workflow=ports.workflow)
    github = github.with_visibility()
    if event.verb == CHATOPS:
        return _command(inputs, github, ports)
    if event.verb == MERGE:
        return run_merge(inputs, github, ports)
    start = _Start(inputs=inputs, github=github, ports=ports, has_cluster=has_cluster)
    if event.verb == AFFECTED:
        is_deployed = event.name == "push" and has_cluster and _has_credentials(texts)
        return run_affected(inputs, ports, start.open() if is_deployed else None)
    if event.verb == DOCTOR:
        return diagnose(start.open(), github, has_cluster=has_cluster)
    if event.verb == ACTION:
        act(start.open(), inputs.action.split())
        return ExitCode.OK
    return _carried_out(start)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """What a verb begins with; ``root`` and ``names`` are set where a comment's command says which files and which."""

    inputs: Inputs
    github: GitHub
    ports: Ports
    has_cluster: bool = True
    root: str = ""
    names: tuple[str, ...] = ()

    def open(self) -> Session:
        """Return the session of the run."""
        session = open_session(
            self.inputs, self.github.event, self.ports, self.names or self.inputs.apps, workspace=self.root
        )
        _check_commit(session)
        return session


def _command(inputs: Inputs, github: GitHub, ports: Ports) -> ExitCode:
    """Carry out the command of a comment; what is answered there ends the run well."""
    task = take(inputs, github.event, github, ports)
    if task is None:
        return ExitCode.OK
    about, names = replace(github, event=task.event), task.command.applications
    try:
        start = _Start(inputs=task.inputs(inputs), github=about, ports=ports, root=task.root, names=names)
        if task.command.verb == "actions":
            task.thread.reply(act(start.open(), task.command.words))
            code = ExitCode.OK
        else:
            code = _carried_out(start)
    except GitOpsError as error:
        task.fail(error)
        raise
    task.answer(code)
    return code


def _carried_out(start: _Start) -> ExitCode:
    """Do what the event's verb says, and show what came of it."""
    inputs, github = start.inputs, start.github
    check = CheckOfRun(github, inputs)
    deployments = DeploymentsOfRun(github, inputs)
    try:
        session = replace(start.open(), on_change=deployments.begin)
        report, stopped = carry_out(session, has_cluster=start.has_cluster)
    except GitOpsError as error:
        check.fail(error)
        raise
    deployments.end(report)
    keep_issues(report, inputs, github)
    code = _finish(report, session, github, stopped=stopped)
    check.finish(report, code)
    return code


def _check_commit(session: Session) -> None:
    """Refuse to speak of another commit than the pull request's: here the default checkout is the base branch."""
    event, head = session.event, session.head
    if event.name == "pull_request_target" and event.head_sha not in (head.commit, *head.parents):
        raise UsageError(
            "the checked-out commit is not the pull request's",
            detail=f"Checked out is {head.commit}, the pull request's head is {event.head_sha}.",
            remedy="On pull_request_target, give actions/checkout `ref: ${{ github.event.pull_request.head.sha }}`.",
        )


def _finish(report: Report, session: Session, github: GitHub, *, stopped: bool) -> ExitCode:
    if not report.applications:
        report = replace(report, notes=(*report.notes, _NOTHING_FOUND))
    files = write_report(report, session.inputs.report_dir, session.ports.environment)
    show(report, github.workflow)
    url, commented = comment(report, session.inputs, github)
    write_outputs(report, github.workflow, files=files, comment_url=url)
    problems = (problem.exit_code for problem in session.problems)
    interrupted = (ExitCode.INTERRUPTED,) if stopped else ()
    return ExitCode.worst([exit_code(report, session.inputs.fail_on), commented, *problems, *interrupted])


_NOTHING_FOUND = (
    "No Application document was found. Describe one with the inputs `name`, `path` and `namespace`, or add Argo CD "
    "Application files to the repository and check the input `applications`."
)


def _payload(environment: Mapping[str, str]) -> dict[str, Any] | None:
    path = environment.get("GITHUB_EVENT_PATH", "")
    if not path or not Path(path).is_file():
        return None
    try:
        payload = orjson.loads(Path(path).read_bytes())
    except ValueError as error:
        raise UsageError(f"the event payload {path} is not JSON", detail=str(error)) from error
    return payload if isinstance(payload, dict) else None


def _has_credentials(texts: Mapping[str, str]) -> bool:
    return any(texts.get(name, "").strip() not in ("", UNSET) for name in ("kubeconfig", "token", "credentials"))


def _without_credentials(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the inputs without those that a run without secrets finds empty."""
    guarded = {declared.name for declared in INPUTS if declared.guarded}
    return {name: text for name, text in texts.items() if name not in guarded}
