"""The kubeconfig that the inputs of a run mean. In: inputs and environment. Out: ``Kubeconfig``; nothing is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.adapters.credentials import unmasked
from gitops_action.adapters.kubeconfig import ClusterInputs, load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitops_action.adapters.kubeconfig import Kubeconfig
    from gitops_action.inputs import Inputs


def kubeconfig_of(inputs: Inputs, environment: Mapping[str, str], mask: Callable[[str], None] = unmasked) -> Kubeconfig:
    """Return the contexts that a run can connect to; raises ``GitOpsError`` where what the inputs name is not valid."""
    return load(
        ClusterInputs(
            kubeconfig=inputs.kubeconfig,
            context=inputs.context,
            server=inputs.server,
            ca=inputs.ca,
            token=inputs.token,
            in_cluster=inputs.in_cluster,
            allow_exec=inputs.allow_exec,
            in_container=environment.get("GITOPS_ACTION_CONTAINER") == "true",
        ),
        environment,
        mask,
    )
