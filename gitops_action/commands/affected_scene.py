"""What the verb ``affected`` works on: one checkout, and how it is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.adapters.git import GitCheckout
    from gitops_action.adapters.work_tree import WorkTree
    from gitops_action.inputs import Inputs
    from gitops_action.ports import Process


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The checkout and the outside world."""

    inputs: Inputs
    git: GitCheckout
    process: Process
    environment: Mapping[str, str]
    tree: WorkTree
