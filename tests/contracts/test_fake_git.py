"""The fake checkout keeps the contract of the port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contracts.git_contract import HISTORY, GitContract
from tests.fakes import FakeGit

if TYPE_CHECKING:
    from gitops_action.ports import Git


class TestFakeGit(GitContract):
    @pytest.fixture
    def base(self) -> str:
        return "1" * 40

    @pytest.fixture
    def head(self) -> str:
        return "2" * 40

    @pytest.fixture
    def git(self, base: str, head: str) -> Git:
        return FakeGit(dict(zip((base, head), HISTORY, strict=True)), remotes=("https://github.com/acme/shop",))
