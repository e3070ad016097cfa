"""What an entry of a kustomization means that is no path of the repository: a directory of another, or one file.

In: an entry as people write it. Out: the repository, revision and path, or the URL of a file. Fetches nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

_FILE = re.compile(r"\.(?:ya?ml|json)$", re.IGNORECASE)
_SHORT = re.compile(r"github\.com[/:]", re.IGNORECASE)
_SCP = re.compile(r"[a-z][a-z0-9-]*@[^/:\s]+:", re.IGNORECASE)
_OF_GITHUB = 2
"""Parts of a path on github.com that name the repository."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteBase:
    """A directory of a Git repository; an empty revision is its HEAD."""

    repo_url: str
    revision: str = ""
    path: str = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """One file."""

    url: str


def remote_base(entry: str) -> RemoteBase | RemoteFile:
    """Return what an entry names; the marks ``//``, ``.git`` and ``?ref=`` say where a repository ends."""
    text = entry.strip().removeprefix("git::")
    before, _, query = text.partition("?")
    options = parse_qs(query)
    revision = (options.get("ref") or options.get("version") or [""])[0]
    is_web = before.lower().startswith(("https://", "http://"))
    is_repository = revision or "//" in before.partition("://")[2] or ".git" in before or entry.startswith("git::")
    if is_web and not is_repository and _FILE.search(before):
        return RemoteFile(url=text)
    if _SHORT.match(before):
        before = "https://github.com/" + before[len("github.com/") :]
    repo_url, path = _divided(before)
    return RemoteBase(repo_url=repo_url, revision=revision, path=path.strip("/") or ".")


def _divided(url: str) -> tuple[str, str]:
    """Return where a repository ends in a URL, and the path behind."""
    start = url.find("://") + 3 if "://" in url else 0
    mark = url.find("//", start)
    if mark >= 0:
        return url[:mark], url[mark + 2 :]
    suffix = re.search(r"\.git(?=/|$)", url)
    if suffix:
        return url[: suffix.end()], url[suffix.end() :]
    if _SCP.match(url):
        host, _, rest = url.partition(":")
        parts = rest.split("/")
        return f"{host}:{'/'.join(parts[:_OF_GITHUB])}", "/".join(parts[_OF_GITHUB:])
    split = urlsplit(url)
    parts = split.path.strip("/").split("/")
    if split.hostname == "github.com" and len(parts) > _OF_GITHUB:
        root = f"{split.scheme}://{split.netloc}/{'/'.join(parts[:_OF_GITHUB])}"
        return root, "/".join(parts[_OF_GITHUB:])
    return url, ""
