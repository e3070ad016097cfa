"""Which GitHub environment a sync deploys to, and how the deployment ends.

In: the reports of the applications of one environment. Out: a name, a state, a sentence. Never asks GitHub.
"""

from __future__ import annotations

import re
from enum import StrEnum

_FORBIDDEN = re.compile(r"[^A-Za-z0-9._/-]+")
_NAME_LIMIT = 255


class DeploymentPolicy(StrEnum):
    """What becomes a deployment."""

    DESTINATION = "destination"
    APPLICATION = "application"
    OFF = "off"


def environment_name(policy: DeploymentPolicy, *, cluster: str, application: str) -> str:
    """Return the environment of an application: its cluster, and below that (where asked for) its own name.

    GitHub takes nearly any text; ours has no spaces or colons, so that it can stand in a workflow file as it is.
    """
    name = f"{cluster}/{application}" if policy is DeploymentPolicy.APPLICATION else cluster
    bare = re.sub(r"^https?://", "", name)
    return _FORBIDDEN.sub("-", bare).strip("-")[:_NAME_LIMIT] or "cluster"
