"""Every input, in the order in which ``action.yml`` and the README list them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.inputs.applications import APPLICATIONS
from gitops_action.inputs.clusters import CLUSTERS
from gitops_action.inputs.operations import OPERATIONS
from gitops_action.inputs.reports import REPORTS
from gitops_action.inputs.sources import SOURCES

if TYPE_CHECKING:
    from gitops_action.inputs.kinds import Input

INPUTS: tuple[Input, ...] = (*APPLICATIONS, *CLUSTERS, *OPERATIONS, *SOURCES, *REPORTS)
