"""What the run is about: the verb, the applications, and what they are rendered from."""

from __future__ import annotations

from gitops_action.inputs.kinds import Input, Type, Use

APPLICATIONS: tuple[Input, ...] = (
    Input(
        name="command",
        use=Use.WORKFLOW,
        default="auto",
        help="What to do: `diff`, `sync`, `rollback`, `action`, `drift`, `affected`, `doctor`, `report merge`, "
        "or `auto`: what the event asks for.",
        type=Type.CHOICE,
        choices=(
            "auto",
            "diff",
            "refresh",
            "hard-refresh",
            "sync",
            "rollback",
            "action",
            "drift",
            "doctor",
            "affected",
            "report merge",
        ),
    ),
    Input(
        name="apps",
        use=Use.WORKFLOW,
        type=Type.LIST,
        help="Names of the applications that the command is for; all of them if empty.",
    ),
    Input(
        name="action",
        use=Use.WORKFLOW,
        help="What `action` runs on an object of the one application in `apps`: action, kind, name, and namespace; "
        "behind them the action's parameters, `NAME=VALUE`.",
    ),
    Input(
        name="rollback-to",
        use=Use.WORKFLOW,
        type=Type.INTEGER,
        help="Operation that `rollback` goes back to; the last good one before if empty.",
    ),
    Input(
        name="applications",
        type=Type.LIST,
        help="Globs of the files that hold `Application` documents; all files of the repository if empty.",
    ),
    Input(
        name="settings",
        help="File of the `argocd-cm` ConfigMap; found in the repository if empty.",
    ),
    Input(name="working-directory", default=".", help="Where to look for applications, relative to the workspace."),
    Input(name="name", help="Name of the one application that `path` describes without any YAML."),
    Input(name="path", help="Folder of manifests, a kustomization or a chart: one application without any YAML."),
    Input(name="namespace", help="Destination namespace of that application."),
    Input(name="helm-values", type=Type.LIST, help="Value files of that application, relative to `path`."),
    Input(name="helm-parameters", type=Type.LIST, help="Helm parameters of that application, `name=value`."),
    Input(name="release-name", help="Helm release name of that application; its name if empty."),
)
