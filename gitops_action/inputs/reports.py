"""What a run shows, where, and what makes it red."""

from __future__ import annotations

from gitops_action.inputs.kinds import CommentPolicy, FailOn, Input, Type, Use

REPORTS: tuple[Input, ...] = (
    Input(
        name="github-token",
        use=Use.WORKFLOW,
        type=Type.SECRET,
        default="${{ github.token }}",
        help="Token that writes the pull request comment.",
    ),
    Input(
        name="fail-on",
        use=Use.WORKFLOW,
        type=Type.CHOICE,
        choices=tuple(FailOn),
        default="error",
        help="What makes a `diff` fail: `never`, any `diff`, a `danger`, or an `error`.",
    ),
    Input(
        name="dangers",
        use=Use.DIFF,
        type=Type.LIST,
        help="How grave each danger of a change is: lines such as `restarts: ignore` or `deletes-data: fail`; one that "
        "is not named warns. `fail` makes a `diff` fail whatever `fail-on` says but `never`.",
    ),
    Input(
        name="comment",
        use=Use.WORKFLOW,
        type=Type.CHOICE,
        choices=tuple(CommentPolicy),
        default="changes",
        help="When to comment: on `changes`, `always`, or `never`.",
    ),
    Input(
        name="comment-key",
        use=Use.WORKFLOW,
        help="Tells apart the comments of several jobs on one pull request; workflow and application folder if empty.",
    ),
    Input(
        name="checks",
        use=Use.WORKFLOW,
        type=Type.CHOICE,
        choices=("off", "on"),
        default="off",
        help="`on`: a check run as well, with remarks at the lines of the change; needs `checks: write`.",
    ),
    Input(
        name="deployments",
        use=Use.WORKFLOW,
        type=Type.CHOICE,
        choices=("destination", "application", "off"),
        default="destination",
        help="What a sync shows as a GitHub deployment, where the token has `deployments: write` and the job has no "
        "`environment`: each cluster, each `application`, or nothing.",
    ),
    Input(
        name="drift-issues",
        use=Use.WORKFLOW,
        type=Type.BOOLEAN,
        default="true",
        help="Keep one issue for each application that drifted, where the token has `issues: write`.",
    ),
    Input(
        name="issue-labels",
        use=Use.WORKFLOW,
        type=Type.LIST,
        help="Labels of new drift issues, beside `gitops-drift`.",
    ),
    Input(name="issue-assignees", use=Use.WORKFLOW, type=Type.LIST, help="Who new drift issues are assigned to."),
    Input(
        name="issue-limit",
        use=Use.WORKFLOW,
        type=Type.INTEGER,
        default="10",
        help="Most drift issues that one run opens.",
    ),
    Input(
        name="chatops-allow",
        use=Use.WORKFLOW,
        type=Type.LIST,
        default="diff\nrefresh\nhelp",
        help="Commands that a comment may give, one a line: `diff`, `refresh`, `help`, `sync`, `rollback`, `actions`.",
    ),
    Input(
        name="show-live",
        use=Use.WORKFLOW,
        type=Type.BOOLEAN,
        default="false",
        help="In a public repository, also show values that are in the cluster and not in Git.",
    ),
    Input(
        name="reports",
        use=Use.WORKFLOW,
        type=Type.LIST,
        default="**/report.json",
        help="Globs of the files that `report merge` makes one report of, relative to the workspace.",
    ),
    Input(
        name="report-dir",
        use=Use.WORKFLOW,
        default="gitops-report",
        help="Folder for `report.json` and `report.html`, relative to the workspace.",
    ),
)
