"""Whether a ``repoURL`` means the repository that is checked out, however it is spelled.

In: URLs as people write them. Out: a yes or no. Never resolves a name or follows a redirect.
"""

from __future__ import annotations

import os.path
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

_SCP = re.compile(r"(?:[^@/:\s]+@)?(?P<host>\[[^]]+\]|[^@/:\s]+):(?P<path>(?!//).+)")
_SSH_OVER_HTTPS = {
    "ssh.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
}
_DEFAULT_PORTS = {"http": 80, "https": 443, "ssh": 22, "git": 9418}


class _Place(NamedTuple):
    host: str
    path: str


def is_this_repository(
    repo_url: str, *, remotes: Iterable[str], github_repository_url: str = "", root: str = ""
) -> bool:
    """Return whether ``repo_url`` is a remote, the repository on GitHub, or (``file://``) the checkout itself."""
    wanted = _place(repo_url)
    known = {_place(url) for url in (*remotes, github_repository_url)}
    if root:
        known.add(_Place("", _local(root)))
    return wanted is not None and wanted in known


def _place(url: str) -> _Place | None:
    """Return host and path without scheme, user, port, ``.git`` and case; local paths keep their case."""
    url = url.strip()
    if "://" in url:
        return _of_url(url)
    if url.startswith("/"):
        return _Place("", _local(url))
    match = _SCP.fullmatch(url)
    return _Place(_host(match["host"]), _hosted(match["path"])) if match else None


def _of_url(url: str) -> _Place | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # a port that is no number: git would not take it either
        return None
    if parts.scheme == "file":
        return _Place("", _local(unquote(parts.path)))
    host = _host(parts.hostname or "")
    is_web = parts.scheme in ("http", "https")
    if is_web and port not in (None, _DEFAULT_PORTS[parts.scheme]):
        host = (
            f"{host}:{port}"  # an ssh port says nothing about which repository it is; a web port may be another server
        )
    path = _hosted(unquote(parts.path))
    return _Place(host, path) if host and path else None


def _host(host: str) -> str:
    host = host.lower()
    return _SSH_OVER_HTTPS.get(host, host)


def _hosted(path: str) -> str:
    return path.strip("/").lower().removesuffix(".git").rstrip("/")


def _local(path: str) -> str:
    return os.path.normpath(path).removesuffix("/.git").removesuffix(".git")
