from __future__ import annotations

import pytest

from gitops_action.rendering.repository import is_this_repository

REMOTES = ("https://github.com/Acme/shop-deploy",)


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/shop-deploy",
        "https://github.com/acme/shop-deploy.git",
        "https://github.com/acme/shop-deploy.git/",
        "https://GitHub.com/ACME/Shop-Deploy",
        "https://user:token@github.com/acme/shop-deploy",
        "https://github.com:443/acme/shop-deploy",
        "http://github.com/acme/shop-deploy",
        "git@github.com:acme/shop-deploy.git",
        "github.com:acme/shop-deploy",
        "ssh://git@github.com/acme/shop-deploy.git",
        "ssh://git@github.com:22/acme/shop-deploy.git",
        "ssh://git@ssh.github.com:443/acme/shop-deploy.git",
        " https://github.com/acme/shop-deploy ",
    ],
)
def test_every_spelling_of_a_remote_means_this_repository(url: str) -> None:
    assert is_this_repository(url, remotes=REMOTES)


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/shop",
        "https://github.com/acme/shop-deploy-2",
        "https://github.com.evil.example/acme/shop-deploy",
        "https://github.com@evil.example/acme/shop-deploy",
        "https://evil.example/github.com/acme/shop-deploy",
        "https://github.com:8443/acme/shop-deploy",
        "git@gitlab.com:acme/shop-deploy.git",
        "https://github.com:port/acme/shop-deploy",
        "oci://github.com/acme",
        "https://github.com/",
        "shop-deploy",
        "",
    ],
)
def test_other_urls_do_not(url: str) -> None:
    assert not is_this_repository(url, remotes=(*REMOTES, ""))


def test_the_github_repository_counts_where_the_checkout_has_no_remote() -> None:
    assert is_this_repository(
        "git@ghe.acme.example:team/apps.git", remotes=(), github_repository_url="https://ghe.acme.example/team/apps"
    )


def test_a_file_url_means_the_checkout_or_a_local_remote_and_keeps_its_case() -> None:
    assert is_this_repository("file:///srv/work/shop", remotes=(), root="/srv/work/shop")
    assert is_this_repository("file:///srv/git/shop.git", remotes=("/srv/git/shop.git",))
    assert is_this_repository("file:///srv/my%20work", remotes=(), root="/srv/my work")
    assert not is_this_repository("file:///srv/work/SHOP", remotes=(), root="/srv/work/shop")
    assert not is_this_repository("file:///srv/work/shop/../other", remotes=(), root="/srv/work/shop")
