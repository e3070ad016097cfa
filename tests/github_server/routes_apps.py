"""GitHub Apps: who signs as one, where it is installed, and tokens of its installations."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import jwt

from tests.github_server import render
from tests.github_server.routes import Answer, Request, not_found, route
from tests.github_server.state import Token

if TYPE_CHECKING:
    from tests.github_server.state import State

_TOKENS = "/app/installations/{installation_id}/access_tokens"


@dataclass(kw_only=True)
class App:
    """An App by its public key. ``installations`` are accounts by id; ``seconds`` is how long its tokens last."""

    public_key: str
    installations: dict[int, str] = field(default_factory=dict)
    seconds: float = 3600.0
    minted: list[str] = field(default_factory=list)


def app_token(state: State, value: str) -> Token | None:
    """Return who signed a token, if that is an App and all that GitHub demands of it holds."""
    for app_id, app in state.apps.items():
        try:
            claims = jwt.decode(value, app.public_key, algorithms=["RS256"], options={"require": ["iat", "exp", "iss"]})
        except jwt.PyJWTError:
            continue
        if claims["iss"] == str(app_id) and claims["exp"] - claims["iat"] <= 660 and claims["iat"] <= time.time():
            return Token(value=value, login=f"app/{app_id}", permissions={"app": "write"})
    return None


def _app(request: Request) -> App:
    app: App = request.state.apps[int(request.token.login.removeprefix("app/"))]
    return app


@route(f"POST {_TOKENS}")
def create_token(request: Request) -> Answer:
    app, installation = _app(request), request.number("installation_id")
    if installation not in app.installations:
        raise not_found()
    token = f"ghs_installation_{installation}_{len(app.minted) + 1}"
    app.minted.append(token)
    request.state.add_token(token, login="shop-app[bot]", contents="read")
    shown = render.example(request.state, request.base_url, f"POST {_TOKENS}", 201)
    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + app.seconds))
    return Answer(status=201, body=shown | {"token": token, "expires_at": ends})


@route("GET /orgs/{org}/installation")
def organization_installation(request: Request) -> Answer:
    return _installation(request, "GET /orgs/{org}/installation", f"org:{request.parameters['org']}")


@route("GET /users/{username}/installation")
def user_installation(request: Request) -> Answer:
    return _installation(request, "GET /users/{username}/installation", f"user:{request.parameters['username']}")


def _installation(request: Request, name: str, account: str) -> Answer:
    found = next((number for number, owner in _app(request).installations.items() if owner == account), None)
    if found is None:
        raise not_found()
    return Answer(body=render.example(request.state, request.base_url, name, 200) | {"id": found})
