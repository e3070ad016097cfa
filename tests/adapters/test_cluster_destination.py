"""Which context a destination means."""

from __future__ import annotations

import pytest

from gitops_action.adapters.destination import context_of
from gitops_action.errors import ClusterError

SERVERS = {
    "staging": "https://staging.example.com:443/",
    "production": "https://production.example.com:6443",
    "production-admin": "https://production.example.com:6443",
}


@pytest.mark.parametrize(
    ("server", "name", "context"),
    [
        ("https://kubernetes.default.svc", "", "staging"),
        ("https://kubernetes.default.svc:443/", "", "staging"),
        ("", "in-cluster", "staging"),
        ("", "", "staging"),
        ("https://STAGING.example.com", "", "staging"),
        ("", "production", "production"),
    ],
)
def test_a_destination_is_a_context_by_url_or_by_name(server: str, name: str, context: str) -> None:
    assert context_of(server=server, name=name, servers=SERVERS, current="staging") == context


def test_of_several_contexts_of_a_server_the_current_one_is_meant() -> None:
    url = "https://production.example.com:6443"
    assert context_of(server=url, servers=SERVERS, current="production-admin") == "production-admin"
    with pytest.raises(ClusterError, match="several contexts: production, production-admin"):
        context_of(server=url, servers=SERVERS, current="staging")


@pytest.mark.parametrize(("server", "name"), [("https://staging.example.com:6443", ""), ("", "test")])
def test_a_destination_that_nothing_matches_lists_what_there_is(server: str, name: str) -> None:
    with pytest.raises(ClusterError) as caught:
        context_of(server=server, name=name, servers=SERVERS, current="staging")
    assert caught.value.summary == f"no context of the kubeconfig is destination {server or name}"
    assert "staging (https://staging.example.com:443/)" in caught.value.remedy
