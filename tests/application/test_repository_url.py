"""The form in which Argo CD compares repositories: lower case, one spelling of ssh, no ``.git``."""

from __future__ import annotations

import pytest

from gitops_action.application.repository_url import normalized_url


@pytest.mark.parametrize(
    ("url", "normalized"),
    [
        (" https://GitHub.com/Acme/Shop.git ", "https://github.com/acme/shop"),
        ("git@github.com:acme/shop.git", "git@github.com/acme/shop"),
        ("ssh://git@github.com/acme/shop", "git@github.com/acme/shop"),
        ("ssh://git@github.com:22/acme/shop.git", "git@github.com:22/acme/shop"),
        ("git@*:acme/*", "git@*/acme/*"),
        ("https://user:secret@host/x", "https://user:secret@host/x"),
        ("https://host:8443/x?a=b#c", "https://host:8443/x?a=b#c"),
        ("oci://registry/charts", "oci://registry/charts"),
        ("github.com:acme/shop", "github.com:acme/shop"),  # for Go a scheme and what is opaque
        ("file:///srv/x", "file:///srv/x"),
        ("/srv/x", "/srv/x"),
        ("https://[::1]:80/x", "https://[::1]:80/x"),
        ("*", "*"),
        ("https://*.example.com/**", "https://*.example.com/**"),
        ("https://host/a b", "https://host/a%20b"),
        ("https://host/{a,b}/*", "https://host/%7Ba,b%7D/%2A"),  # braces are no part of a URL, so they never match
        ("https://*@host/x", "https://%2A@host/x"),
    ],
)
def test_a_url_as_it_is_compared(url: str, normalized: str) -> None:
    assert normalized_url(url) == normalized


@pytest.mark.parametrize(
    "url",
    [
        "ssh://git@github.com:acme/shop",  # no port
        "https://a b/c",
        "https://host:x/y",
        "https://{a,b}/c",
        "https://host/%zz",
        "https://us er@host/x",
        "*://host/x",
        "1.2.3.4:x/y",
        ":x",
        "https://host/\x00",
    ],
)
def test_what_go_cannot_read_is_empty(url: str) -> None:
    assert normalized_url(url) == ""
