"""What a failed dry run says of the object: the sync would fail, or nobody can tell.

In: the error. Out: the server's words as a refusal (it looked at the content and will not have it), or as the reason
why the object is Unknown (it could not decide: no right to ask, no answer, a webhook that cannot dry-run). Any doubt
is Unknown, never Synced. The words may hold values of a Secret: who shows them scrubs them first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.errors import Forbidden, Invalid, NotFound

if TYPE_CHECKING:
    from gitops_action.errors import ClusterError

_NO_RIGHT = re.compile(r"cannot [\w*]+ resource")
_NO_RIGHT_TO_TRY = re.compile(r"cannot (?:patch|create) resource")
# A value that the kind's type cannot hold (no base64, no quantity) comes as an internal error, 500.
_NOT_DECODED = re.compile(r"failed to (?:convert new object|create typed patch object)")
_NO_DRY_RUN = "does not support dry run"
_IMMUTABLE = re.compile(
    r"field is immutable|immutable after creation|updates to statefulset spec|may not change once set|is immutable"
)
_RECREATE = (
    "To delete and recreate it, annotate it with `argocd.argoproj.io/sync-options: Force=true,Replace=true`; otherwise "
    "give it a new name."
)
_NO_NAMESPACE = re.compile(r'namespaces? "?(?P<name>[^" ]+)"? not found')
_CREATE_NAMESPACE = "Add the Namespace to the application, or set `CreateNamespace=true` in its syncPolicy.syncOptions."


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failed dry run; ``is_refusal`` where the sync would fail for the same reason."""

    words: str
    remedy: str
    is_refusal: bool
    missing_namespace: str = ""
    may_not_ask: bool = False
    """Whether these credentials have no right to try a change, so that the server says nothing of the object."""


def read_failure(error: ClusterError) -> Failure:
    """Return what an error of a dry run means."""
    words = f"{error.summary}\n{error.detail}"
    if isinstance(error, NotFound) and (found := _NO_NAMESPACE.search(words)):
        return Failure(
            words=error.summary, remedy=_CREATE_NAMESPACE, is_refusal=True, missing_namespace=found["name"].strip('"')
        )
    if isinstance(error, Forbidden) and (error.status == 401 or _NO_RIGHT.search(words)):
        may_not_ask = error.status == 403 and _NO_RIGHT_TO_TRY.search(words) is not None
        return Failure(words=error.summary, remedy=error.remedy, is_refusal=False, may_not_ask=may_not_ask)
    if _NO_DRY_RUN in words:
        remedy = "Declare `sideEffects: None` in the webhook's configuration, if it has none, so that it is asked."
        return Failure(words=error.summary, remedy=remedy, is_refusal=False)
    if isinstance(error, Invalid | Forbidden) or _NOT_DECODED.search(words):
        remedy = error.remedy or (_RECREATE if _IMMUTABLE.search(words) else "")
        return Failure(words=error.summary, remedy=remedy, is_refusal=True)
    return Failure(words=error.summary, remedy=error.remedy, is_refusal=False)
