"""Every input of the action, declared once: name, type, default, help.

The CLI's flags, ``INPUT_*`` of the workflow, ``action.yml`` and the README's table all derive from ``INPUTS`` or are
tested against it. In: texts as a workflow or a shell gives them. Out: ``Inputs``, typed. Reads no environment itself.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any

from gitops_action.dangers import DangerPolicy
from gitops_action.duration import parse_duration
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNSET = "unset"
"""The action's default for credentials: the runner cannot tell an input that is absent from one that is empty, and an
empty secret must never mean another cluster."""


class FailOn(StrEnum):
    """What makes the job red."""

    NEVER = "never"
    DIFF = "diff"
    DANGER = "danger"
    ERROR = "error"


class CommentPolicy(StrEnum):
    """When a pull request gets a comment."""

    CHANGES = "changes"
    ALWAYS = "always"
    NEVER = "never"


class ArgoCdResources(StrEnum):
    """What becomes of an Application, ApplicationSet or AppProject that an application renders."""

    FOLLOW = "follow"
    APPLY = "apply"


class Type(Enum):
    """How an input's text is read."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - the name of a type, not a password
    LIST = "list"
    BOOLEAN = "boolean"
    DURATION = "duration"
    INTEGER = "integer"
    LIMIT = "limit"
    CHOICE = "choice"


class Use(Enum):
    """Which verbs have an input as a flag; each has those of the lines above it too."""

    RENDER = "what is rendered, and from where"
    DIFF = "what is decided over live objects"
    SYNC = "how a sync is carried out"
    WORKFLOW = "no verb: it means something in a workflow only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input. ``guarded`` ones may be absent but not empty."""

    name: str
    type: Type = Type.TEXT
    default: str = ""
    help: str
    choices: tuple[str, ...] = ()
    guarded: bool = False
    use: Use = Use.RENDER

    @property
    def field(self) -> str:
        """The name in ``Inputs``."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable in which the runner hands it over; hyphens stay."""
        return f"INPUT_{self.name.upper()}"


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of objects, or (``is_percent``) a share of them."""

    value: int
    is_percent: bool


_EXACT = ("kubeconfig", "credentials")
"""Inputs that may be YAML, in which the space at the beginning of a line counts."""

INPUTS: tuple[Input, ...] = (
    Input(
        name="command",
        use=Use.WORKFLOW,
        default="auto",
        help="What to do: `diff`, `sync`, `rollback`, `action`, `drift`, `doctor`, `report merge`, or `auto`: what the "
        "event asks for.",
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
    Input(
        name="github-token",
        use=Use.WORKFLOW,
        type=Type.SECRET,
        default="${{ github.token }}",
        help="Token that writes the pull request comment.",
    ),
    Input(
        name="kubeconfig",
        type=Type.SECRET,
        guarded=True,
        help="Kubeconfig, its content or a path. kubectl's own rules (`KUBECONFIG`, `~/.kube/config`) if absent.",
    ),
    Input(name="context", guarded=True, help="Context of the kubeconfig; its current one if absent."),
    Input(name="server", guarded=True, help="URL of the API server, instead of a kubeconfig."),
    Input(name="ca", guarded=True, help="PEM certificate authority of `server`; the system's if absent."),
    Input(name="token", type=Type.SECRET, guarded=True, help="Bearer token for `server`."),
    Input(
        name="in-cluster",
        type=Type.BOOLEAN,
        default="false",
        help="Use the service account of the pod that the runner lives in.",
    ),
    Input(
        name="allow-exec",
        type=Type.BOOLEAN,
        default="false",
        help="Run the `exec` credential plug-in that a kubeconfig names: you then trust it as you trust a program.",
    ),
    Input(
        name="credentials",
        type=Type.SECRET,
        guarded=True,
        help="Argo CD's repository, repo-creds and cluster Secrets, decrypted: their YAML, or paths of such files that "
        "Git does not track, one a line.",
    ),
    Input(
        name="credentials-namespace",
        guarded=True,
        help="Namespace in the kubeconfig's cluster whose Argo CD Secrets are read, such as `argocd`.",
    ),
    Input(
        name="cluster-uid",
        guarded=True,
        help="UID of namespace `kube-system`; any other cluster is refused.",
    ),
    Input(
        name="prune",
        use=Use.DIFF,
        type=Type.BOOLEAN,
        default="false",
        help="Delete what is no longer in Git, also where the application does not ask for it.",
    ),
    Input(
        name="prune-limit",
        use=Use.DIFF,
        type=Type.LIMIT,
        default="50%",
        help="Most that one sync may delete of an application with more than 10 resources: a count or a percentage.",
    ),
    Input(
        name="adopt",
        use=Use.DIFF,
        type=Type.CHOICE,
        choices=("untracked", "all"),
        default="untracked",
        help="Which existing objects a sync may take over: nobody's, or also another application's.",
    ),
    Input(
        name="allow-older",
        use=Use.SYNC,
        type=Type.BOOLEAN,
        default="false",
        help="Sync a commit although a newer one was synced already, as to go back.",
    ),
    Input(
        name="take-over",
        use=Use.SYNC,
        type=Type.BOOLEAN,
        default="false",
        help="Take an application over from another repository, or its record from another cluster.",
    ),
    Input(
        name="on-failure",
        use=Use.SYNC,
        type=Type.CHOICE,
        choices=("none", "rollback"),
        default="none",
        help="What to do where a sync fails or does not become healthy: nothing, or go back to the last good one.",
    ),
    Input(
        name="plan",
        use=Use.SYNC,
        help="Plan of a diff, `plan.json`: sync only if nothing moved since, in Git or in the cluster.",
    ),
    Input(
        name="self-heal",
        use=Use.SYNC,
        type=Type.BOOLEAN,
        default="true",
        help="Let `drift` bring back what applications with `automated.selfHeal` lost.",
    ),
    Input(
        name="prune-applications",
        use=Use.SYNC,
        type=Type.BOOLEAN,
        default="false",
        help="Delete the objects of an application that is gone from Git, as its finalizers say.",
    ),
    Input(
        name="state-namespace",
        help="Namespace of the records and locks of all applications; each one's destination namespace if empty.",
    ),
    Input(name="wait", use=Use.SYNC, type=Type.BOOLEAN, default="true", help="Wait until what was synced is healthy."),
    Input(
        name="timeout",
        use=Use.SYNC,
        type=Type.DURATION,
        default="10m",
        help="Longest time for a sync and its wait for health, and before that for another sync to end.",
    ),
    Input(
        name="dry-run",
        use=Use.SYNC,
        type=Type.BOOLEAN,
        default="false",
        help="Try everything on the API server and change nothing.",
    ),
    Input(
        name="resource",
        use=Use.SYNC,
        type=Type.LIST,
        help="Sync these objects only, and no hooks: `[!]GROUP:KIND:[NAMESPACE/]NAME` with `*`; `!` leaves out.",
    ),
    Input(
        name="label",
        use=Use.SYNC,
        help="Sync the objects with these labels only, and no hooks: a selector such as `tier=web,!canary`.",
    ),
    Input(
        name="force",
        use=Use.SYNC,
        type=Type.BOOLEAN,
        default="false",
        help="Delete and create anew what the API server refuses to change.",
    ),
    Input(
        name="replace",
        use=Use.SYNC,
        type=Type.BOOLEAN,
        default="false",
        help="Replace objects instead of applying them.",
    ),
    Input(
        name="server-side",
        use=Use.SYNC,
        type=Type.BOOLEAN,
        default="false",
        help="For those used to Argo CD's flag: a sync applies on the server with and without it.",
    ),
    Input(
        name="apply-out-of-sync-only",
        use=Use.SYNC,
        type=Type.BOOLEAN,
        default="false",
        help="Report only what is OutOfSync; what equals its target is never applied anyway.",
    ),
    Input(
        name="only-automated",
        use=Use.SYNC,
        type=Type.BOOLEAN,
        default="false",
        help="On a push, sync only applications with `syncPolicy.automated`.",
    ),
    Input(
        name="confirm-prune",
        use=Use.DIFF,
        type=Type.BOOLEAN,
        default="false",
        help="Confirm the deletion of what says `Prune=confirm`.",
    ),
    Input(
        name="argocd",
        use=Use.SYNC,
        type=Type.CHOICE,
        choices=("refuse", "coexist"),
        default="refuse",
        help="What to do where a live, automated Application of Argo CD has the same path and destination.",
    ),
    Input(
        name="retry-limit",
        use=Use.SYNC,
        type=Type.INTEGER,
        help="How often a sync that failed is tried again; what the application's `syncPolicy.retry` says if empty.",
    ),
    Input(
        name="retry-backoff-duration",
        use=Use.SYNC,
        type=Type.DURATION,
        help="Wait before the first of these retries; the application's, or 5s, if empty.",
    ),
    Input(
        name="retry-backoff-factor",
        use=Use.SYNC,
        type=Type.INTEGER,
        help="What each wait is multiplied by for the next; the application's, or 2, if empty.",
    ),
    Input(
        name="retry-backoff-max-duration",
        use=Use.SYNC,
        type=Type.DURATION,
        help="Longest wait between two retries; the application's, or 3m, if empty.",
    ),
    Input(
        name="wave-delay",
        use=Use.SYNC,
        type=Type.DURATION,
        default="2s",
        help="Wait between two waves, so that controllers see the first one.",
    ),
    Input(
        name="degraded-grace",
        use=Use.SYNC,
        type=Type.DURATION,
        default="10s",
        help="How long an object may be Degraded while a sync waits, before that counts.",
    ),
    Input(
        name="lock-duration",
        use=Use.SYNC,
        type=Type.DURATION,
        default="30s",
        help="How long the lock of a run that was killed holds up the next one; a slow API server may need more.",
    ),
    Input(
        name="stall-timeout",
        use=Use.SYNC,
        type=Type.DURATION,
        default="0s",
        help="Longest wait without any change of what is waited for; 0 for as long as `timeout`.",
    ),
    Input(
        name="parallelism",
        type=Type.INTEGER,
        default="0",
        help="Requests to an API server at once; 0 for a number that suits the machine.",
    ),
    Input(
        name="shards",
        use=Use.WORKFLOW,
        type=Type.INTEGER,
        default="10",
        help="Most jobs of the `matrix` that `affected` writes.",
    ),
    Input(
        name="argocd-resources",
        type=Type.CHOICE,
        choices=tuple(ArgoCdResources),
        default="follow",
        help="What becomes of Applications that an application renders: `follow` them, or `apply` them to the cluster.",
    ),
    Input(
        name="check-repeatable",
        type=Type.BOOLEAN,
        default="false",
        help="Render each application twice, and name the fields that differ: random values, dates.",
    ),
    Input(
        name="allowed-hosts",
        type=Type.LIST,
        help="Hosts that a pull request may fetch sources from, besides those that the base's applications name:"
        " `host`, `host:port` or `*.domain`. Runs that review nothing may fetch from any.",
    ),
    Input(
        name="allow-local-hosts",
        type=Type.BOOLEAN,
        default="false",
        help="Also fetch from addresses of the machine itself and from link-local ones, as tests do.",
    ),
    Input(
        name="allow-plugins",
        type=Type.LIST,
        help="Config management plug-ins that may run, `name=file` of a `ConfigManagementPlugin`; in a review the file"
        " of the base counts.",
    ),
    Input(
        name="cache-dir",
        help="Folder in which rendered manifests and fetched sources are kept between runs; none if empty.",
    ),
    Input(
        name="cache-key",
        type=Type.SECRET,
        guarded=True,
        help="Secret of at least 32 characters that seals what is in `cache-dir`, so that nobody else can write to it.",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The inputs of one run, typed; guarded ones are ``None`` where absent. Durations are in seconds."""

    command: str = "auto"
    apps: tuple[str, ...] = ()
    action: str = ""
    rollback_to: int | None = None
    applications: tuple[str, ...] = ()
    settings: str = ""
    working_directory: str = "."
    name: str = ""
    path: str = ""
    namespace: str = ""
    helm_values: tuple[str, ...] = ()
    helm_parameters: tuple[str, ...] = ()
    release_name: str = ""
    github_token: str = field(default="", repr=False)
    kubeconfig: str | None = field(default=None, repr=False)
    context: str | None = None
    server: str | None = None
    ca: str | None = None
    token: str | None = field(default=None, repr=False)
    in_cluster: bool = False
    allow_exec: bool = False
    credentials: str | None = field(default=None, repr=False)
    credentials_namespace: str | None = None
    cluster_uid: str | None = None
    prune: bool = False
    prune_limit: Limit = Limit(50, is_percent=True)
    adopt: str = "untracked"
    allow_older: bool = False
    take_over: bool = False
    on_failure: str = "none"
    plan: str = ""
    self_heal: bool = True
    prune_applications: bool = False
    state_namespace: str = ""
    wait: bool = True
    timeout: float = 600.0
    dry_run: bool = False
    resource: tuple[str, ...] = ()
    label: str = ""
    force: bool = False
    replace: bool = False
    server_side: bool = False
    apply_out_of_sync_only: bool = False
    only_automated: bool = False
    confirm_prune: bool = False
    argocd: str = "refuse"
    retry_limit: int | None = None
    retry_backoff_duration: float | None = None
    retry_backoff_factor: int | None = None
    retry_backoff_max_duration: float | None = None
    wave_delay: float = 2.0
    degraded_grace: float = 10.0
    lock_duration: float = 30.0
    stall_timeout: float = 0.0
    parallelism: int = 0
    shards: int = 10
    argocd_resources: ArgoCdResources = ArgoCdResources.FOLLOW
    check_repeatable: bool = False
    allowed_hosts: tuple[str, ...] = ()
    allow_local_hosts: bool = False
    allow_plugins: tuple[str, ...] = ()
    cache_dir: str = ""
    cache_key: str | None = field(default=None, repr=False)
    dangers: tuple[str, ...] = ()
    fail_on: FailOn = FailOn.ERROR
    comment: CommentPolicy = CommentPolicy.CHANGES
    comment_key: str = ""
    checks: str = "off"
    deployments: str = "destination"
    drift_issues: bool = True
    issue_labels: tuple[str, ...] = ()
    issue_assignees: tuple[str, ...] = ()
    issue_limit: int = 10
    chatops_allow: tuple[str, ...] = ("diff", "refresh", "help")
    show_live: bool = False
    reports: tuple[str, ...] = ("**/report.json",)
    report_dir: str = "gitops-report"


def find(name: str) -> Input:
    """Return the declaration of an input."""
    return next(declared for declared in INPUTS if declared.name == name)


def from_environment(environment: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the texts of ``INPUT_*`` by input name, and a warning for each that is not an input.

    An empty text is dropped where the default is meant, and kept for guarded inputs, for which it is an error.
    """
    declared = {known.variable: known for known in INPUTS}
    texts: dict[str, str] = {}
    warnings = []
    for variable, text in environment.items():
        if not variable.startswith("INPUT_"):
            continue
        known = declared.get(variable)
        if known is None:
            warnings.append(_unknown(variable.removeprefix("INPUT_").lower()))
        elif text or known.guarded:
            texts[known.name] = text
    return texts, tuple(warnings)


def parse(texts: Mapping[str, str]) -> Inputs:
    """Return the typed inputs; what is not among the texts has its default.

    Raises ``UsageError`` naming the input that cannot be read.
    """
    values: dict[str, Any] = {}
    for declared in INPUTS:
        text = texts.get(declared.name)
        if text is None or (declared.guarded and text == UNSET):
            continue
        if declared.guarded and not text.strip():
            raise UsageError(
                f"input {declared.name} is set but empty",
                detail="A secret or variable that does not exist expands to an empty text.",
                remedy=f"Define the secret that feeds `{declared.name}` for this event, or remove the input.",
            )
        values[declared.field] = _value(declared, text)
    inputs = Inputs(**values)
    _check_combination(inputs)
    return inputs


def _check_combination(inputs: Inputs) -> None:
    if inputs.path and not (inputs.name and inputs.namespace):
        raise UsageError(
            "input path describes an application without YAML, which needs name and namespace as well",
            remedy="Set `name` and `namespace`, or remove `path` to use the Application documents of the repository.",
        )
    described = {
        name: getattr(inputs, name.replace("-", "_")) for name in ("helm-values", "helm-parameters", "release-name")
    }
    if not inputs.path and (stray := [name for name, value in described.items() if value]):
        raise UsageError(
            f"input {stray[0]} describes an application without YAML, which needs path as well",
            remedy="Set `path`, `name` and `namespace`, or write it into the Application document.",
        )
    DangerPolicy.of(inputs.dangers)
    if inputs.server and inputs.kubeconfig:
        raise UsageError("inputs server and kubeconfig exclude each other", remedy="Remove one of the two.")


def _value(declared: Input, text: str) -> Any:
    match declared.type:
        case Type.TEXT:
            return text.strip()
        case Type.SECRET:
            return text.strip("\n ") if declared.name not in _EXACT else text
        case Type.LIST:
            return tuple(_lines(text))
        case Type.BOOLEAN:
            return _boolean(declared.name, text)
        case Type.DURATION:
            return parse_duration(text, name=f"input {declared.name}")
        case Type.INTEGER:
            return _integer(declared.name, text)
        case Type.LIMIT:
            return _limit(declared.name, text)
        case Type.CHOICE:
            return _choice(declared, text)


def _lines(text: str) -> Iterable[str]:
    lines = (line.partition(" #")[0].strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _boolean(name: str, text: str) -> bool:
    match text.strip():
        case "true" | "True" | "TRUE":
            return True
        case "false" | "False" | "FALSE":
            return False
        case other:
            raise UsageError(f"input {name} is {other!r}, not a boolean", remedy="Write true or false.")


def _integer(name: str, text: str) -> int:
    if not re.fullmatch(r"\d+", text.strip(), re.ASCII):
        raise UsageError(f"input {name} is {text!r}, not a number", remedy="Write a whole number, 0 or more.")
    return int(text)


def _limit(name: str, text: str) -> Limit:
    match = re.fullmatch(r"(\d+)(%?)", text.strip(), re.ASCII)
    if match is None:
        raise UsageError(f"input {name} is {text!r}", remedy="Write a count such as 20, or a percentage such as 50%.")
    return Limit(int(match[1]), is_percent=bool(match[2]))


def _choice(declared: Input, text: str) -> Any:
    word = text.strip()
    if word not in declared.choices:
        raise UsageError(
            f"input {declared.name} is {word!r}", remedy=f"It is one of: {', '.join(map(str, declared.choices))}."
        )
    kind = {"fail-on": FailOn, "comment": CommentPolicy}.get(declared.name, str)
    return kind(word)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, [declared.name for declared in INPUTS], n=1)
    return f"unknown input {name!r} is ignored" + (f"; did you mean {near[0]!r}?" if near else "")
