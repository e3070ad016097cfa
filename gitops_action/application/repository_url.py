"""A repository's URL in the one form in which Argo CD compares it with the ``sourceRepos`` of a project.

In: a URL, or a pattern for URLs, as people write them. Out: lower case, without ``.git`` and ``ssh://``, written as
Go's ``net/url`` writes it; empty where that cannot read it. Never resolves a name or follows a redirect.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, unquote

_SSH: Final = re.compile(r"(?:ssh://)?[^/:]*?@[^@]+")
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*):(.*)", re.DOTALL | re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_HOST: Final = re.compile(r"(?:[^\x00-\x7f]|[a-z0-9_.~!$&'()*+,;=:<>\"-])*(?::\d*)?", re.ASCII)
_BRACKETED: Final = re.compile(r"\[[0-9a-f:.]*\](?::\d*)?", re.ASCII)
_PORT: Final = re.compile(r"[^:]*(?::\d*)?", re.ASCII)
_USER: Final = re.compile(r"(?:[a-z0-9._:~!$&'()*+,;=@-]|%[0-9a-f]{2})*", re.ASCII)
_PATH: Final = re.compile(r"(?:[a-z0-9_.~/!$&'()*+,;=:@\[\]-]|%[0-9a-f]{2})*", re.ASCII)
_WRONG_ESCAPE: Final = re.compile(r"%(?![0-9a-f]{2})")


def normalized_url(url: str) -> str:
    """Return the URL in its comparable form; empty where it is none."""
    text = url.strip().lower()
    if _SSH.fullmatch(text) and not text.startswith("ssh://"):
        text = "ssh://" + text.replace(":", "/", 1)
    return _written(text.removesuffix(".git")).removeprefix("ssh://")


def _written(text: str) -> str:
    """Return the URL as Go writes it after reading it."""
    if _CONTROL.search(text) or text.startswith(":"):
        return ""
    before, hash_mark, fragment = text.partition("#")
    found = _SCHEME.fullmatch(before)
    scheme, rest = (f"{found[1]}:", found[2]) if found else ("", before)
    rest, question_mark, query = rest.partition("?")
    tail = question_mark + query + hash_mark + fragment
    if not rest.startswith("/"):
        if scheme:
            return scheme + rest + tail
        if ":" in rest.partition("/")[0]:
            return ""
    if not rest.startswith("//") or (not scheme and rest.startswith("///")):
        path = _path(rest)
        return "" if path is None else scheme + path + tail
    authority, slash, path_text = rest[2:].partition("/")
    host, path = _authority(authority), _path(slash + path_text)
    return "" if host is None or path is None else f"{scheme}//{host}{path}{tail}"


def _authority(text: str) -> str | None:
    user, at, host = text.rpartition("@")
    is_host = _BRACKETED.fullmatch(host) or (_HOST.fullmatch(host) and _PORT.fullmatch(host))
    if not is_host or not _USER.fullmatch(user):
        return None
    name, colon, password = user.partition(":")
    return f"{_quoted_user(name)}{colon}{_quoted_user(password)}{at}{host}"


def _quoted_user(text: str) -> str:
    return quote(unquote(text), safe="$&+,;=-_.~")


def _path(text: str) -> str | None:
    if _PATH.fullmatch(text):
        return text
    return None if _WRONG_ESCAPE.search(text) else quote(unquote(text), safe="/$&+,:;=@-_.~")
