"""The credential that opens a repository: its own first, then the longest template, never another project's."""

from __future__ import annotations

import pytest

from gitops_action.application.credentials import RepositoryCredential, RepositoryCredentials
from gitops_action.application.repository_credential import credential_for

OWN = RepositoryCredential(url="https://git.acme.example/team/shop.git", username="own")
OF_PROJECT = RepositoryCredential(url="https://git.acme.example/team/shop", username="project", project="shop")
TEAM = RepositoryCredential(url="https://git.acme.example/team", username="team", password="t", is_template=True)
SERVER = RepositoryCredential(url="https://git.acme.example", username="server", is_template=True)
SSH = RepositoryCredential(url="git@git.acme.example:team", ssh_private_key="k", is_template=True)
REGISTRY = RepositoryCredential(url="registry.acme.example/charts", username="registry", is_template=True)
BARE = RepositoryCredential(url="https://git.acme.example/team/bare", insecure=True, proxy="http://proxy:3128")
ALL = RepositoryCredentials(repositories=(SERVER, TEAM, OWN, OF_PROJECT, SSH, REGISTRY, BARE))


@pytest.mark.parametrize(
    ("url", "project", "expected"),
    [
        ("https://git.acme.example/team/shop", "default", OWN),
        ("https://GIT.acme.example/team/shop.git", "default", OWN),
        ("https://git.acme.example/team/shop.git", "shop", OF_PROJECT),
        ("https://git.acme.example/team/other", "default", TEAM),
        ("https://git.acme.example/elsewhere/x", "default", SERVER),
        ("git@git.acme.example:team/shop.git", "default", SSH),
        ("ssh://git@git.acme.example/team/shop", "default", SSH),
        ("oci://registry.acme.example/charts/web", "default", REGISTRY),
        ("registry.acme.example/charts", "default", REGISTRY),
        ("https://other.example/team/shop", "default", None),
    ],
)
def test_the_nearest_credential_is_used(url: str, project: str, expected: RepositoryCredential | None) -> None:
    assert credential_for(url, project, ALL) == expected


def test_an_entry_without_secrets_takes_those_of_its_template() -> None:
    found = credential_for("https://git.acme.example/team/bare", "default", ALL)
    assert found is not None
    assert (found.username, found.password, found.insecure, found.proxy) == ("team", "t", True, "http://proxy:3128")


def test_a_project_never_uses_anothers() -> None:
    credentials = RepositoryCredentials(repositories=(OF_PROJECT,))
    assert credential_for(OF_PROJECT.url, "other", credentials) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://git.acme.example.org/team/shop",
        "https://git.acme.examples/team/shop",
        "https://git.acme.example@elsewhere.example/team/shop",
        "https://git.acme.example:t@elsewhere.example/team/shop",
        "https://git.acme.example:8443/team/shop",
        "http://git.acme.example/team/shop",
        "https://git.acme.example/team/../../elsewhere",
        "https://git.acme.example/team/%2e%2e/elsewhere",
        "https://git.acme.example./team/shop",
    ],
)
def test_no_other_host_is_sent_a_template_because_its_name_begins_alike(url: str) -> None:
    assert credential_for(url, "default", RepositoryCredentials(repositories=(SERVER, TEAM))) is None


@pytest.mark.parametrize(
    ("template", "url", "is_opened"),
    [
        ("https://git.acme.example/team/", "https://git.acme.example/team/shop", True),
        ("https://git.acme.example/team/", "https://git.acme.example/team", True),
        ("https://git.acme.example/team/", "https://git.acme.example/team-b/shop", False),
        ("https://git.acme.example/team", "https://git.acme.example/team-b/shop", True),
        ("git@git.acme.example:", "git@git.acme.example:team/shop", True),
        ("git@git.acme.example:", "git@git.acme.example.org:team/shop", False),
        ("registry.acme.example", "oci://registry.acme.example/charts/web", True),
        ("registry.acme.example", "oci://registry.acme.example.org/charts/web", False),
    ],
)
def test_a_template_is_a_prefix_on_one_host(template: str, url: str, is_opened: bool) -> None:
    credential = RepositoryCredential(url=template, password="t", is_template=True)
    found = credential_for(url, "default", RepositoryCredentials(repositories=(credential,)))
    assert found == (credential if is_opened else None)
