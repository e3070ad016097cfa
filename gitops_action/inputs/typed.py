"""The inputs of one run as typed values."""

from __future__ import annotations

from dataclasses import dataclass, field

from gitops_action.inputs.kinds import ArgoCdResources, CommentPolicy, FailOn, Limit

_HALF = Limit(50, is_percent=True)


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
    prune_limit: Limit = _HALF
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
