"""Which applications may render other applications, told from what they depend on, without rendering.

In: applications, what they depend on, and the paths that hold documents of Argo CD's kinds. Out: those that read such a
file and do more with it than apply it: documents in plain files are found as files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.affected.affected import Changes, affected
from gitops_action.affected.tree import joined
from gitops_action.errors import ApplicationError
from gitops_action.rendering.source_kind import SourceKind, source_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gitops_action.adapters.work_tree import WorkTree
    from gitops_action.affected.dependencies import Dependencies
    from gitops_action.application.application import Application


def possible_parents(
    applications: Sequence[Application],
    read: Callable[[Application], Dependencies],
    marked: Iterable[str],
    tree: WorkTree,
) -> tuple[Application, ...]:
    """Return the applications that may render others."""
    transforming = [each for each in applications if _transforms(each, tree)]
    found = affected(transforming, Changes(paths=tuple(sorted(marked))), read)
    return tuple(each.application for each in found)


def _transforms(application: Application, tree: WorkTree) -> bool:
    for source in application.sources:
        try:
            kind = source_kind(source, tree.names(joined("", source.path) or ""))
        except ApplicationError:  # its own rendering says so
            return True
        if kind is not SourceKind.DIRECTORY:
            return True
    return False
