"""Git over HTTP as GitHub serves it: by git's own program, for tokens that may read the repository's contents."""

from __future__ import annotations

import base64
import binascii
import os
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.github_server.routes import Answer

if TYPE_CHECKING:
    from email.message import Message

    from tests.github_server.state import State, Token

_SERVICES = ("/info/refs", "/git-upload-pack")


def git_path(state: State, path: str) -> str:
    """Return what of the repository is asked for; empty where the path is none of git's."""
    for root in (f"/{state.full_name}.git", f"/{state.full_name}"):
        rest = path.removeprefix(root)
        if path.startswith(root) and rest in _SERVICES:
            return rest
    return ""


def serve_git(state: State, method: str, url: str, headers: Message, body: bytes) -> Answer:
    """Return git's answer, or ask for a token as GitHub does."""
    token = _token(state, headers.get("Authorization", ""))
    if token is None:
        return Answer(status=401, body=b"", headers={"WWW-Authenticate": 'Basic realm="GitHub"'})
    if state.git is None or token.permissions.get("contents", "none") == "none":
        return Answer(status=404, body=b"Repository not found.")
    split = urlsplit(url)
    done = subprocess.run(
        ["git", "http-backend"],  # noqa: S607  # git of the PATH is meant
        input=body,
        env={
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": headers.get("Git-Protocol", ""),
            "PATH_TRANSLATED": f"{state.git.path.resolve()}{git_path(state, split.path)}",
            "REQUEST_METHOD": method,
            "QUERY_STRING": split.query,
            "CONTENT_TYPE": headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": headers.get("Content-Encoding", ""),
        },
        capture_output=True,
        check=True,
    )
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
    status = int(fields.pop("Status", "200").partition(" ")[0])
    return Answer(status=status, body=content, headers=fields)


def _token(state: State, authorization: str) -> Token | None:
    kind, _, value = authorization.partition(" ")
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return state.tokens.get(password) if kind.lower() == "basic" and user == "x-access-token" else None
