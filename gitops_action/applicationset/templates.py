"""Which engine renders a set's templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.applicationset.go_template import GoTemplates
from gitops_action.applicationset.simple_template import SimpleTemplates

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitops_action.applicationset.engine import Engine
    from gitops_action.applicationset.model import ApplicationSet
    from gitops_action.ports import Process

TEMPLATE_PROGRAM = "applicationset-template"
"""What renders Go templates."""


def engine_of(applicationset: ApplicationSet, process: Process, find_program: Callable[[], str]) -> Engine:
    """Return the engine; the program is looked for when the set has Go templates, or slugs to make."""
    if applicationset.go_template:
        return GoTemplates(process=process, program=find_program(), options=applicationset.go_template_options)

    def slugs(branches: Sequence[str]) -> Sequence[str]:
        return GoTemplates(process=process, program=find_program()).slugs(branches)

    return SimpleTemplates(slugs)
