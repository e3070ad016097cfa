"""The URL of an API server: what counts as the same, as loopback, and as a URL at all."""

from __future__ import annotations

import pytest

from gitops_action.adapters.server_url import clean_server, decoded_pem, host_of, is_loopback, same_server
from gitops_action.errors import UsageError


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        (" https://API.example.com:6443/ ", "https://api.example.com:6443"),
        ("https://rancher.example.com/k8s/Clusters/c-1/", "https://rancher.example.com/k8s/Clusters/c-1"),
        ("https://[FD00::1]:6443", "https://[fd00::1]:6443"),
        ("https://x?a=b#c", "https://x"),
    ],
)
def test_a_url_is_kept_without_what_does_not_belong_to_it(url: str, clean: str) -> None:
    assert clean_server(url) == clean


@pytest.mark.parametrize("url", ["", "x:6443", "ftp://x", "https://", "https://x:99999", "https://[::1"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        clean_server(url)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a", "https://A:443/", True),
        ("http://a:80", "http://a", True),
        ("https://a:6443", "https://a", False),
        ("https://a/x", "https://a/y", False),
        ("http://a", "https://a", False),
        ("https://a", "", False),
    ],
)
def test_case_default_port_and_trailing_slash_do_not_count(one: str, other: str, same: bool) -> None:
    assert same_server(one, other) is same


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://127.0.0.1:6443", True),
        ("https://127.1.2.3", True),
        ("https://localhost:1", True),
        ("https://[::1]:6443", True),
        ("https://10.0.0.1", False),
        ("https://localhost.example.com", False),
        ("no url:x", False),
    ],
)
def test_loopback_is_the_machine_itself(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


def test_a_message_has_the_host_without_credentials() -> None:
    assert host_of("https://user:secret@a:6443/x") == "a:6443"
    assert host_of("https://a:port") == ""


def test_what_is_neither_pem_nor_base64_of_it_is_left_for_the_error() -> None:
    assert decoded_pem("no certificate") == "no certificate"
