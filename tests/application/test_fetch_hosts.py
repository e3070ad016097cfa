"""From which hosts a run may fetch: what a change names does not count, and no way leads back to the machine."""

from __future__ import annotations

import pytest

from gitops_action.application.fetch_hosts import Address, FetchHosts, address_of, hosts_named, is_local_address
from gitops_action.errors import ApplicationError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Git.Example/team/app.git", Address("https", "git.example", 443)),
        ("https://user:pass@git.example:8443/x", Address("https", "git.example", 8443)),
        ("git@git.example:team/app.git", Address("ssh", "git.example", 22)),
        ("ssh://git@git.example:2222/team/app", Address("ssh", "git.example", 2222)),
        ("oci://registry.example/x", Address("oci", "registry.example", 443)),
        ("registry.example/charts", Address("oci", "registry.example", 443)),
        ("registry.example:5000/charts", Address("oci", "registry.example", 5000)),
        ("file:///srv/git/a/", Address("file", "/srv/git/a", 0)),
        ("/srv/git/a", Address("file", "/srv/git/a", 0)),
        ("https://[::1]/x", Address("https", "::1", 443)),
        ("https://git.example:no/x", None),
        ("https:///x", None),
        ("https://git.example./x", None),
        ("git@git.example.:team/app", None),
    ],
)
def test_where_a_url_leads(url: str, expected: Address | None) -> None:
    assert address_of(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/x",
        "https://a.localhost/x",
        "https://127.0.0.1/x",
        "https://127.1/x",
        "https://2130706433/x",
        "https://0x7f000001/x",
        "https://0/x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://[fe80::1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00:ec2::254]/latest",
        "https://100.100.100.200/latest",
        "https://[2002:7f00:1::]/x",
        "https://[64:ff9b::a9fe:a9fe]/latest",
        "https://[::127.0.0.1]/x",
        "git@127.0.0.1:x",
    ],
)
def test_the_machine_itself_is_never_fetched_from(url: str) -> None:
    with pytest.raises(ApplicationError, match="is an address of this machine"):
        FetchHosts().check(url)
    assert FetchHosts(allow_local=True).check(url)


@pytest.mark.parametrize("url", ["https://10.0.0.7/x", "https://192.168.1.1/x", "https://git.example/x"])
def test_hosts_of_a_private_network_may_be_fetched_from(url: str) -> None:
    assert FetchHosts().check(url).scheme == "https"


@pytest.mark.parametrize("url", ["ext::sh -c x", "git://git.example/x", "ftp://git.example/x", "javascript:x//y", ""])
def test_other_protocols_are_refused(url: str) -> None:
    with pytest.raises(ApplicationError):
        FetchHosts(allow_local=True, allowed=frozenset({"git.example"})).check(url)


def test_a_name_that_leads_to_the_machine_is_refused_when_it_is_resolved() -> None:
    address = FetchHosts().check("https://rebound.example/x")
    with pytest.raises(ApplicationError, match=r"rebound\.example is an address of this machine"):
        FetchHosts().check_resolved(address, ["203.0.113.7", "127.0.0.1"])
    FetchHosts(allow_local=True).check_resolved(address, ["127.0.0.1"])


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://git.example/any", True),
        ("git@git.example:any", True),
        ("https://git.example:8443/any", False),
        ("https://ports.example:8443/any", True),
        ("https://ports.example/any", False),
        ("https://a.wild.example/any", True),
        ("https://a.b.wild.example/any", True),
        ("https://wild.example/any", False),
        ("https://notwild.example/any", False),
        ("https://git.example.evil.example/any", False),
        ("file:///srv/git/a", True),
        ("file:///srv/git/ab", False),
        ("file:///srv/git/a/../b", False),
    ],
)
def test_in_a_review_only_named_hosts_count(url: str, *, may: bool) -> None:
    hosts = FetchHosts(allowed=frozenset({"Git.example", "ports.example:8443", "*.wild.example", "file:///srv/git/a"}))
    if may:
        assert hosts.check(url)
        return
    with pytest.raises(ApplicationError, match="is not among the hosts that a pull request may fetch from") as caught:
        hosts.check(url)
    assert caught.value.remedy.startswith("Add ")


def test_what_the_base_names_is_permitted_and_nothing_like_it() -> None:
    urls = [
        "https://git.example/x",
        "registry.example:5000/charts",
        "file:///srv/a/",
        "git@ssh.example:x",
        "",
        "https:///",
    ]
    assert hosts_named(urls) == {"git.example", "registry.example:5000", "file:///srv/a", "ssh.example"}


def test_a_message_holds_no_credential() -> None:
    with pytest.raises(ApplicationError) as caught:
        FetchHosts(allowed=frozenset()).check("file:///x?token=s3cret")
    assert "s3cret" not in str(caught.value)


def test_names_are_no_addresses() -> None:
    assert not is_local_address("face.example")
    assert not is_local_address("10.example")
