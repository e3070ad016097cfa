"""The ports in memory, for tests: each passes the contract that its real adapter passes."""

from __future__ import annotations

from tests.fake_cluster import FakeCluster

__all__ = ["FakeCluster"]
