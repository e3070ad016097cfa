"""The ports in memory, for tests: each passes the contract that its real adapter passes."""

from __future__ import annotations

from tests.fake_cluster import FakeCluster
from tests.fake_git import FakeGit
from tests.fake_process import FakeProcess

__all__ = ["FakeCluster", "FakeGit", "FakeProcess"]
