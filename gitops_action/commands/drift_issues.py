"""Keep the issues about drift as the run found it. Trouble with GitHub is told, and ends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.adapters.github_issues import GitHubIssues
from gitops_action.errors import GitHubError
from gitops_action.github.drift_issues import LABEL, Drift, Open, plan
from gitops_action.report.drift_issue import drift_texts
from gitops_action.report.model import Mode

if TYPE_CHECKING:
    from gitops_action.commands.github import GitHub
    from gitops_action.github.drift_issues import Step
    from gitops_action.inputs import Inputs
    from gitops_action.report.model import Report


def keep_issues(report: Report, inputs: Inputs, github: GitHub) -> tuple[str, ...]:
    """Open, update and close the issues of a drift run; return the URLs of those that were written."""
    if report.mode is not Mode.DRIFT or not inputs.drift_issues or not github.is_there:
        return ()
    key = inputs.comment_key or inputs.working_directory
    texts = drift_texts(report, key)
    try:
        issues = GitHubIssues(github.connection())
        existing = issues.labelled(LABEL)
        drifts = [
            Drift(key=text.key, fingerprint=text.fingerprint, title=text.title, body=text.body)
            for text in texts
            if text.title
        ]
        if not drifts and not existing:
            return ()
        planned = plan(
            existing,
            drifts,
            {text.key for text in texts if not text.title},
            login=issues.login(),
            limit=inputs.issue_limit,
        )
        urls = tuple(_carry_out(step, issues, inputs) for step in planned.steps)
    except GitHubError as error:
        github.passed_over("The drift", error)
        return ()
    for url in urls:
        github.workflow.log(f"issue: {url}")
    if planned.left_out:
        github.workflow.annotate(
            "warning",
            f"{len(planned.left_out)} applications drifted that got no issue: input issue-limit is "
            f"{inputs.issue_limit}. All of them are in the job summary.",
        )
    return urls


def _carry_out(step: Step, issues: GitHubIssues, inputs: Inputs) -> str:
    if isinstance(step, Open):
        labels = list(dict.fromkeys((LABEL, *inputs.issue_labels)))
        made = issues.create_issue(title=step.title, body=step.body, labels=labels, assignees=inputs.issue_assignees)
        return made.url
    return issues.update_issue(step.number, title=step.title, body=step.body, is_open=step.is_open).url
