"""A server that never answered is given up early; one that did is waited for."""

from __future__ import annotations

import pytest

from gitops_action.adapters import http
from gitops_action.adapters.connection import Connection
from gitops_action.adapters.http import Http, Request
from gitops_action.errors import ClusterError
from tests.adapters.api_server_stub import Answer, api_server

ASKED = Request(method="GET", path="/version", idempotent=True)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_FIRST_SECONDS", 0.1)
    monkeypatch.setattr(http, "_FIRST_READ_SECONDS", 0.2)


def test_a_server_that_never_says_anything_is_asked_once() -> None:
    with api_server(Answer(silent=True)) as server:
        contact = Http(Connection(server=server.url))
        with pytest.raises(ClusterError, match="it accepted the request and did not answer in time"):
            contact.send(ASKED)
        assert len(server.asked) == 1


def test_a_server_that_answered_before_is_asked_again() -> None:
    with api_server(Answer(), Answer(silent=True), Answer()) as server:
        contact = Http(Connection(server=server.url), read_seconds=0.2)
        contact.send(ASKED)
        contact.send(ASKED)
        assert len(server.asked) == 3
