from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.applicationset.sets import World

if TYPE_CHECKING:
    from tests.conftest import Tools


@pytest.fixture(scope="session")
def world(tools: Tools) -> World:
    return World(program=tools.path("applicationset-template"))
