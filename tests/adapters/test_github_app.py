"""Tokens of a GitHub App, from a GitHub that checks the signature and knows its own description."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from gitops_action.adapters.github_app import InstallationTokens
from gitops_action.application.credentials import GitHubApp
from gitops_action.errors import GitHubError
from tests.github_server.faults import Fault
from tests.github_server.routes_apps import App

if TYPE_CHECKING:
    from tests.github_server.server import GitHubServer


class Time:
    """A clock that a test turns, on which nobody waits."""

    def __init__(self) -> None:
        self.seconds = time.time()

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture(scope="module")
def pair() -> tuple[str, str]:
    """Return a private key, as GitHub gives it, and the public one."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


@pytest.fixture
def registered(github_server: GitHubServer, pair: tuple[str, str]) -> App:
    """Return App 12, which an organization and a user have installed."""
    app = App(public_key=pair[1], installations={345: "org:octo-org", 678: "user:jane"})
    github_server.state.apps[12] = app
    return app


class Asking:
    """Tokens, the time, and what was masked."""

    def __init__(self) -> None:
        self.time = Time()
        self.masked: list[str] = []
        self.tokens = InstallationTokens(self.time, self.masked.append)


def app(github: GitHubServer, key: str, *, installation: int = 0, owner: str = "", app_id: int = 12) -> GitHubApp:
    return GitHubApp(
        app_id=app_id, installation_id=installation, owner=owner, private_key=key, base_url=f"{github.url}/api/v3"
    )


def test_a_token_is_masked_and_kept_until_it_is_about_to_end(
    github_server: GitHubServer, pair: tuple[str, str], registered: App
) -> None:
    asking, mine = Asking(), app(github_server, pair[0], installation=345)
    first = asking.tokens.token(mine)
    assert (first, asking.masked) == ("ghs_installation_345_1", [first])
    asking.time.seconds += 50 * 60
    assert asking.tokens.token(mine) == first
    asking.time.seconds += 6 * 60
    assert asking.tokens.token(mine) == "ghs_installation_345_2"
    assert asking.masked == registered.minted


def test_the_installation_of_an_organization_or_a_user_is_looked_up(
    github_server: GitHubServer, pair: tuple[str, str], registered: App
) -> None:
    asking = Asking()
    assert asking.tokens.token(app(github_server, pair[0], owner="octo-org")) == "ghs_installation_345_1"
    assert asking.tokens.token(app(github_server, pair[0], owner="jane")) == "ghs_installation_678_2"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"installation": 1}, "not found, or the token may not see it (404)"),
        ({"owner": "stranger"}, "not found, or the token may not see it (404)"),
        ({"installation": 345, "app_id": 13}, "the token is not valid (401)"),
    ],
)
@pytest.mark.usefixtures("registered")
def test_what_github_refuses(
    github_server: GitHubServer, pair: tuple[str, str], changes: dict[str, int | str], reason: str
) -> None:
    mine = app(github_server, pair[0], **changes)  # type: ignore[arg-type]  # by name
    with pytest.raises(GitHubError) as error:
        Asking().tokens.token(mine)
    assert error.value.summary == f"GitHub: cannot get a token of App {mine.app_id}: {reason}"
    assert "Is the App installed there" in error.value.remedy


def test_a_key_that_is_none(github_server: GitHubServer) -> None:
    torn = "-----BEGIN RSA PRIVATE KEY-----\nPLANTED\n-----END RSA PRIVATE KEY-----\n"
    with pytest.raises(GitHubError, match="its private key cannot be used") as error:
        Asking().tokens.token(app(github_server, torn, installation=345))
    assert "PLANTED" not in str(error.value)


@pytest.mark.usefixtures("registered")
def test_github_in_trouble_is_asked_again(github_server: GitHubServer, pair: tuple[str, str]) -> None:
    github_server.fail(Fault(method="POST", path="/app/installations/345/access_tokens", status=502))
    assert Asking().tokens.token(app(github_server, pair[0], installation=345)) == "ghs_installation_345_1"


def test_nobody_answers(pair: tuple[str, str]) -> None:
    mine = GitHubApp(app_id=12, installation_id=1, private_key=pair[0], base_url="http://127.0.0.1:1")
    with pytest.raises(GitHubError, match=r"no answer from http://127\.0\.0\.1:1"):
        Asking().tokens.token(mine)
