"""How GitHub fails, on demand: the next requests that match get the failure instead of, or after, their answer."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(kw_only=True)
class Fault:
    """A failure for the next ``times`` requests whose method and path match.

    ``after_write`` does what the request asks and then cuts the connection; the others answer and do nothing.
    """

    status: int = 0
    message: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "[A-Z]+"
    path: str = ".*"
    times: int = 1
    after_write: bool = False
    body: bytes | None = None

    def takes(self, method: str, path: str) -> bool:
        """Tell whether this request fails, and count it."""
        if self.times > 0 and re.fullmatch(self.method, method) and re.fullmatch(self.path, path):
            self.times -= 1
            return True
        return False


def primary_rate_limit(*, reset_in: int, **match: Any) -> Fault:
    """Return the answer when a token's requests of the hour are used up."""
    return Fault(
        status=403,
        message="API rate limit exceeded for installation ID 1.",
        headers={
            "x-ratelimit-limit": "1000",
            "x-ratelimit-remaining": "0",
            "x-ratelimit-used": "1000",
            "x-ratelimit-reset": str(int(time.time()) + reset_in),
            "x-ratelimit-resource": "core",
        },
        **match,
    )


def secondary_rate_limit(*, retry_after: int, status: int = 403, **match: Any) -> Fault:
    """Return the answer to too many requests at once."""
    return Fault(
        status=status,
        message="You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        headers={"Retry-After": str(retry_after)},
        **match,
    )


def server_error(status: int = 502, **match: Any) -> Fault:
    """Return the page that GitHub's edge answers with."""
    return Fault(status=status, body=b"<html><body>Unicorn!</body></html>", **match)


def lost_answer(**match: Any) -> Fault:
    """Do what is asked, and cut the connection before the answer."""
    return Fault(after_write=True, **match)
