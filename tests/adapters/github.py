"""A connection to the fake GitHub that waits for nothing, and what a failure of it may show."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.github_connection import GitHubConnection
from gitops_action.errors import GitHubError
from tests.github_server.plugin import FORK_TOKEN, JOB_TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.github_server.server import GitHubServer


@dataclass
class PatientClock:
    """Waits no time, and remembers how long it would have been."""

    waited: list[float] = field(default_factory=list)

    def now(self) -> float:
        return 1_767_225_600.0

    def monotonic(self) -> float:
        return sum(self.waited)

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)


def connection(
    server: GitHubServer, token: str = JOB_TOKEN, clock: PatientClock | None = None, *, budget: float = 60.0
) -> GitHubConnection:
    return GitHubConnection(
        token=token,
        repository=server.state.full_name,
        api_url=server.url,
        clock=clock or PatientClock(),
        budget=budget,
        timeout=5,
        write_pause=0.0,
    )


@contextmanager
def refused(kind: type[GitHubError] = GitHubError) -> Iterator[list[GitHubError]]:
    """Expect exactly this kind of failure, in which no token stands."""
    found: list[GitHubError] = []
    with pytest.raises(GitHubError) as caught:
        yield found
    found.append(caught.value)
    assert type(caught.value) is kind
    shown = f"{caught.value}{caught.value!r}"
    assert JOB_TOKEN not in shown
    assert FORK_TOKEN not in shown
