"""The override files that lie in an application's directory, read and merged into its source.

In: a source and its directory. Out: the source with them merged in. A directory of such a name counts as absent.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.application.source_override import overridden, override_names
from gitops_action.errors import ApplicationError
from gitops_action.rendering.complete import refuse_pointer

if TYPE_CHECKING:
    from gitops_action.application.application import ApplicationCondition, Source
    from gitops_action.rendering.checkout import Checkout

_LARGEST = 1024 * 1024


def with_parameter_files(
    source: Source, directory: str, instance: str, checkout: Checkout
) -> tuple[Source, tuple[ApplicationCondition, ...]]:
    """Return the source with ``.argocd-source.yaml`` and the application's own file merged in, and what is odd."""
    found = []
    for name in override_names(instance):
        path = Path(directory, name)
        where = checkout.relative(str(path))
        if not path.is_file():
            continue
        if not checkout.contains(str(path)):
            raise ApplicationError(f"{where} is a link out of the repository", remedy="Replace the link by the file.")
        if path.stat().st_size > _LARGEST:
            raise ApplicationError(f"{where} is larger than {_LARGEST} bytes", remedy="Move values to value files.")
        text = path.read_bytes()
        refuse_pointer(text, where)
        found.append((where, text))
    return overridden(source, found)
