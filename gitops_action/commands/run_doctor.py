"""``command: doctor``: what a run has and lacks, in the log and in the job summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gitops_action.commands.clusters import Clusters
from gitops_action.commands.doctor import Finding, Verdict, broken, examine
from gitops_action.commands.doctor_text import doctor_text, exit_code
from gitops_action.errors import GitHubError, GitOpsError
from gitops_action.report.escape import fence

if TYPE_CHECKING:
    from gitops_action.commands.github import GitHub
    from gitops_action.commands.session import Session
    from gitops_action.errors import ExitCode

VERB: Final = "doctor"


def diagnose(session: Session, github: GitHub, *, has_cluster: bool) -> ExitCode:
    """Show what was found, and return the code that it adds up to."""
    findings: list[Finding] = [_github(github)] if github.is_there else []
    try:
        clusters = Clusters(session) if has_cluster else None
    except GitOpsError as error:
        findings += [*examine(session, None), broken("kubeconfig", error)]
    else:
        findings += examine(session, clusters)
    text = doctor_text(findings)
    session.ports.workflow.log(text)
    session.ports.workflow.write_summary(f"{fence(text)}\n")
    return exit_code(findings)


def _github(github: GitHub) -> Finding:
    """Return whether the token is valid, and what it writes as; whether it may write is seen only where it writes."""
    try:
        login = github.connection().login()
    except GitHubError as error:
        return broken("github-token", error)
    return Finding(about="github-token", verdict=Verdict.GOOD, message=f"writes as {login}")
