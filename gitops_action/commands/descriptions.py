"""What applications render of Argo CD's own kinds, as far as they can: only what may hold such a document is rendered.

In: a ``RenderContext`` and a way to render. Out: the Applications, ApplicationSets and AppProjects among the targets of
each application. ``failures`` keeps why one could not be rendered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops_action.application.application import Destination
from gitops_action.application.discovery import kind_of
from gitops_action.application.project import IN_CLUSTER_NAME, identity_of
from gitops_action.commands.parallel import each
from gitops_action.commands.trees import Trees
from gitops_action.errors import ApplicationError, GitOpsError
from gitops_action.rendering.sources import is_checkout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitops_action.application.application import Application
    from gitops_action.rendering.context import RenderContext, Rendered
    from gitops_action.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class DescriptionReader:
    """Reads from the files of one tree."""

    context: RenderContext
    whole: Callable[[Application], Rendered]
    workers: int
    trees: Trees = field(default_factory=Trees)
    failures: dict[tuple[str, str], GitOpsError] = field(default_factory=dict)

    def documents(self, applications: Sequence[Application]) -> Sequence[Sequence[Resource]]:
        """Return what each of some applications renders; nothing of one that fails, whose own rendering says so."""
        return each(self._of, applications, at_once=self.workers, name="children")

    def _of(self, application: Application) -> Sequence[Resource]:
        try:
            if not self._may_be_parent(application):
                return ()
            rendered = self.whole(application)
            if errors := [condition for condition in rendered.conditions if condition.is_error]:
                raise ApplicationError(errors[0].message, remedy=errors[0].remedy)
        except GitOpsError as error:
            self.failures[application.namespace, application.name] = error
            return ()
        return [target for target in rendered.targets if kind_of(target.object)]

    def _may_be_parent(self, application: Application) -> bool:
        """Return whether a file that it renders from holds such a document; of files elsewhere, whether they might."""
        context = self.context
        if not all(is_checkout(source, context) for source in application.sources):
            return context.sources is not None and _is_where_argo_cd_is(application)
        tree = self.trees.of(context)
        content = tree.content(tree.dependencies(application))
        return content is None or content.is_marked


def _is_where_argo_cd_is(application: Application) -> bool:
    """Return whether an application deploys to where Argo CD would find applications: its own cluster and namespace."""
    destination = Destination(server=application.destination.server, name=application.destination.name)
    is_here = identity_of(destination).name == IN_CLUSTER_NAME
    return is_here and application.destination.namespace == application.namespace
