"""What looks like a credential: by the name of its field, or by its own shape.

In: names and texts. Out: yes or no, and texts whose credentials are numbered words. A name counts by its last words
(``DB_PASSWORD``, ``apiToken``), so that ``secretName`` and ``TOKEN_TTL`` are shown. Not seen: a credential in free text
without a telling name or shape, such as the argument that follows ``--password``.
"""

from __future__ import annotations

import re
from functools import lru_cache

_LAST_WORDS = (
    r"password|passwd|passphrase|passcode|pwd|secret|token|api_?key|access_?key|secret_?key|private_?key|signing_?key"
    r"|encryption_?key|client_?secret|credentials?|connection_?string"
)
_NAME = re.compile(rf"(?:^|_)(?:{_LAST_WORDS})$")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATOR = re.compile(r"[-. /]+")
_HARMLESS = re.compile(r"|true|false|\$\([A-Za-z_][\w.-]*\)|\$\{[A-Za-z_][\w.-]*\}", re.IGNORECASE)
_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?!-----)[\s\S])*(?:-----END [A-Z ]*PRIVATE KEY-----)?"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{22,}|\bglpat-[\w-]{20,}"
    r"|\bxox[abeoprs]-[\w-]{10,}|\b[rs]k_live_[0-9A-Za-z]{16,}"
    r"|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*"
)
_URL = re.compile(r"(://[^/\s:@]*:)([^/\s@]+)(?=@)")
_ANY = _LAST_WORDS.replace("_?", "[_-]?")
_ASSIGNMENT = re.compile(
    rf"""((?:^|[\s"'&?;,{{])-{{0,2}}[\w.-]*?(?<![a-z0-9])(?:{_ANY})["']?[ \t]*[:=][ \t]*["']?)"""
    r"""(\$\{[^}\s]*\}|[^\s"'&;,}]+)""",
    re.IGNORECASE | re.MULTILINE,
)


@lru_cache(maxsize=8192)
def is_credential_name(name: str) -> bool:
    """Return whether a field or variable of this name holds a credential."""
    words = _SEPARATOR.sub("_", _CAMEL.sub("_", name)).lower()
    return _NAME.search(words) is not None


def looks_harmless(value: str) -> bool:
    """Return whether a value is surely no credential: empty, a boolean, a reference to a variable."""
    return _HARMLESS.fullmatch(value) is not None


def hide_credentials(text: str, numbers: dict[str, int]) -> str:
    """Return a text whose credentials are ``(credential 1)``, ``(credential 2)``, … : the same number, the same value.

    Hidden is what has the shape of a credential, and what is assigned to the name of one (``password=…``). ``numbers``
    holds those that were met before, so that the two sides of a diff agree.
    """
    text = hide_shapes(text, numbers)
    if ":" not in text and "=" not in text:
        return text
    return _ASSIGNMENT.sub(lambda found: found[0] if _keeps(found[2]) else found[1] + _word(found[2], numbers), text)


def hide_shapes(text: str, numbers: dict[str, int]) -> str:
    """Return a text without what has the shape of a credential, and without the password of a URL."""
    text = _SHAPES.sub(lambda found: _word(found[0], numbers), text)
    if "://" in text:
        text = _URL.sub(lambda found: found[1] + _word(found[2], numbers), text)
    return text


def _word(value: str, numbers: dict[str, int]) -> str:
    return f"(credential {numbers.setdefault(value, len(numbers) + 1)})"


def _keeps(value: str) -> bool:
    return looks_harmless(value) or value.startswith(("(credential", "(hidden", "|", ">"))
