"""A bug of ours that strikes one application is its error, with exit code 70: the other applications go on.

In: what is done for one application. Out: the same, and a ``GitOpsError`` for whatever else is raised in it, which says
where it struck, but never on which values: a message may quote a Secret.
"""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gitops_action.errors import GitOpsError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FRAMES = 4
"""How many places are shown, up to the one where it struck."""


@contextmanager
def told_as_errors(application: str) -> Iterator[None]:
    """Raise ``GitOpsError`` for any exception; those that are one already pass as they are."""
    try:
        yield
    except GitOpsError:
        raise
    except Exception as error:
        raise GitOpsError(
            f"{application}: a bug of gitops-action ended its work ({type(error).__name__})",
            detail="".join(traceback.format_tb(error.__traceback__)[-_FRAMES:]).rstrip(),
            remedy="Please report it with these lines; the other applications went on.",
        ) from error
