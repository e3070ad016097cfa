"""A Docker and the action's image, where this machine can have them; loudly nothing where it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.action_image import build_image
from tests.e2e.docker_daemon import Docker, NoDocker, docker_daemon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Tools


@pytest.fixture(scope="session")
def docker() -> Iterator[Docker]:
    try:
        with docker_daemon() as daemon:
            yield daemon
    except NoDocker as reason:
        pytest.skip(f"CONTAINER TESTS DID NOT RUN: {reason}")


@pytest.fixture(scope="session")
def image(docker: Docker, tools: Tools) -> str:
    """The image of the working tree."""
    try:
        return build_image(docker, tools)
    except NoDocker as reason:
        pytest.skip(f"CONTAINER TESTS DID NOT RUN: {reason}")
