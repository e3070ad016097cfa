"""Tokens of a GitHub App's installation, by which a repository is opened.

In: the App's id and private key, and which installation. Out: a token of an hour, kept until it is about to end, and
masked before it is used. PyGithub signs and asks; it is imported when the first token is needed.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops_action.errors import GitHubError

if TYPE_CHECKING:
    from collections.abc import Callable

    from github import GithubIntegration

    from gitops_action.application.credentials import GitHubApp
    from gitops_action.ports import Clock

PUBLIC_API = "https://api.github.com"
_EARLY = 300.0
"""Seconds before its end from which a token is asked for anew."""
_TIMEOUT = 20
_WAITING = 60.0


@dataclass(frozen=True, slots=True)
class _Kept:
    token: str = field(repr=False)
    expires: float


class InstallationTokens:
    """Asks for tokens and keeps them; safe to use from many threads."""

    def __init__(self, clock: Clock, mask: Callable[[str], None]) -> None:
        self._clock = clock
        self._mask = mask
        self._lock = threading.Lock()
        self._kept: dict[GitHubApp, _Kept] = {}

    def token(self, app: GitHubApp) -> str:
        """Return a token; raises ``GitHubError`` where GitHub gives none."""
        with self._lock:
            kept = self._kept.get(app)
            if kept is None or self._clock.now() > kept.expires - _EARLY:
                kept = self._kept[app] = self._asked(app)
                self._mask(kept.token)
            return kept.token

    def _asked(self, app: GitHubApp) -> _Kept:
        # PyGithub takes a third of a second to import, which a run without Apps shall not pay.
        from gitops_action.adapters.github_client import FAILURES, MISREAD, failure  # noqa: PLC0415

        api_url = app.base_url.rstrip("/") or PUBLIC_API
        doing = f"get a token of App {app.app_id}"
        integration = self._integration(app, api_url, doing)
        try:
            made = integration.get_access_token(app.installation_id or _installation_of(integration, app.owner))
            return _Kept(made.token, made.expires_at.timestamp())
        except FAILURES as error:
            refused = failure(doing, error, api_url=api_url)
            raise GitHubError(refused.summary, detail=refused.detail, remedy=_REMEDY) from error
        except MISREAD as error:
            raise failure(doing, error, api_url=api_url) from error

    def _integration(self, app: GitHubApp, api_url: str, doing: str) -> GithubIntegration:
        from github import Auth, GithubIntegration  # noqa: PLC0415 - as above
        from jwt.exceptions import PyJWTError  # noqa: PLC0415 - as above

        from gitops_action.adapters.github_client import BoundedRetry, Budget  # noqa: PLC0415

        auth = Auth.AppAuth(app.app_id, app.private_key)
        try:
            auth.create_jwt()
        except (PyJWTError, TypeError, ValueError):
            # The words of the library may quote the key.
            raise GitHubError(
                f"GitHub: cannot {doing}: its private key cannot be used",
                remedy="githubAppPrivateKey is the whole .pem file that GitHub gave for the App.",
            ) from None
        return GithubIntegration(
            auth=auth,
            base_url=api_url,
            timeout=_TIMEOUT,
            user_agent="gitops-action",
            seconds_between_requests=None,
            seconds_between_writes=None,
            retry=BoundedRetry(
                budget=Budget(_WAITING, self._clock),
                # A token that is asked for twice does no harm.
                allowed_methods=None,
                total=5,
                connect=3,
                read=3,
                backoff_factor=0.5,
                backoff_max=10,
                raise_on_status=False,
            ),
        )


_REMEDY = (
    "Is the App installed there, with the right to read contents, and are its id and its installation's the right ones?"
)


def _installation_of(integration: GithubIntegration, owner: str) -> int:
    """Return the installation of an organization, else of a user."""
    from github import UnknownObjectException  # noqa: PLC0415 - as above

    try:
        return integration.get_org_installation(owner).id
    except UnknownObjectException:
        return integration.get_user_installation(owner).id
