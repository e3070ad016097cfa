"""Fixtures: a GitHub for each test. ``tests/conftest.py`` names this module in ``pytest_plugins``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.github_server.rights import JOB_PERMISSIONS, job_permissions
from tests.github_server.server import GitHubServer
from tests.github_server.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator

JOB_TOKEN = "ghs_job"
FORK_TOKEN = "ghs_fork"


@pytest.fixture
def github_server() -> Iterator[GitHubServer]:
    """Return a GitHub with one private repository, a job's token and a fork's, and no pull request.

    A test fails where a request, or an answer, is none that GitHub's own description allows.
    """
    state = State()
    state.add_token(JOB_TOKEN, **_granted(untrusted=False))
    state.add_token(FORK_TOKEN, **_granted(untrusted=True))
    with GitHubServer(state) as server:
        yield server
    assert server.violations == []


def _granted(*, untrusted: bool) -> dict[str, str]:
    permissions = job_permissions("pull_request", JOB_PERMISSIONS, untrusted=untrusted)
    return {name.replace("-", "_"): level for name, level in permissions.items()}
