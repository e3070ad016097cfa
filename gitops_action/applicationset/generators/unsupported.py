"""The generators that ask a service or a cluster; they are read and said to be left out, never silently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.applicationset.generators.context import Unavailable

if TYPE_CHECKING:
    from gitops_action.applicationset.generators.context import Context
    from gitops_action.applicationset.params import Params
    from gitops_action.resource.resource import JsonObject


def refuse(kind: str) -> Unavailable:
    """Return why a generator of this kind gives nothing."""
    return Unavailable(
        f"the {kind} generator is not supported",
        remedy="Write what it would give as a list, or as files for a git generator.",
    )


def generate_scm_provider(spec: JsonObject, context: Context) -> list[Params]:  # noqa: ARG001 - every generator's signature
    """Refuse."""
    raise refuse("scmProvider")


def generate_cluster_decision_resource(spec: JsonObject, context: Context) -> list[Params]:  # noqa: ARG001 - as above
    """Refuse."""
    raise refuse("clusterDecisionResource")


def generate_plugin(spec: JsonObject, context: Context) -> list[Params]:  # noqa: ARG001 - as above
    """Refuse."""
    raise refuse("plugin")
