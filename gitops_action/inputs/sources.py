"""What rendering may fetch, run and keep."""

from __future__ import annotations

from gitops_action.inputs.kinds import ArgoCdResources, Input, Type, Use

SOURCES: tuple[Input, ...] = (
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
)
