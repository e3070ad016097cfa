"""The fake process keeps the contract of the port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.ports import Command, Completed
from tests.contracts.process_contract import ProcessContract
from tests.fakes import FakeProcess

if TYPE_CHECKING:
    from gitops_action.ports import Process


def _hang(command: Command) -> str:
    raise TimeoutError


class TestFakeProcess(ProcessContract):
    @pytest.fixture
    def process(self) -> Process:
        return FakeProcess(
            cat=lambda command: command.stdin.decode(),
            complain=lambda command: Completed(returncode=3, stdout=b"half\n", stderr="Error: no\n"),
            show=lambda command: "".join(f"{name}={value}\n" for name, value in sorted(command.env.items())),
            flood=lambda command: "x" * 2000,
            hang=_hang,
        )
