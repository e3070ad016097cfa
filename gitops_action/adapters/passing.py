"""Which refusals of an API server pass by themselves, so that the same request may do a moment later.

In: a status and the words of its answer. Out: yes or no. What urllib3 sees by the status alone (429, 503, 504) is not
asked about here. Pure.
"""

from __future__ import annotations

import re
from http import HTTPStatus

_WEBHOOK = re.compile(
    r"failed calling webhook .*(?:deadline exceeded|timeout|timed out|connection refused|connection reset|\bEOF\b"
    r"|no endpoints available)",
    re.DOTALL | re.IGNORECASE,
)
_STORE = re.compile(r"etcdserver: (?:leader changed|request timed out|too many requests|no leader)")
_CHANGED_MEANWHILE = "the object has been modified; please apply your changes to the latest version"


def passes(status: int, body: bytes) -> bool:
    """Return whether to ask again: a webhook or the store was late, or somebody wrote at the same moment."""
    text = body[:4000].decode("utf-8", "replace")
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return bool(_WEBHOOK.search(text) or _STORE.search(text))
    return status == HTTPStatus.CONFLICT and _CHANGED_MEANWHILE in text
