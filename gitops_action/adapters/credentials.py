"""Who we are to the API server: the ``Authorization`` header, renewed where it expires.

In: what a kubeconfig or an input says. Out: a header's value for each request. No token is in a ``repr`` or a message.
"""

from __future__ import annotations

import base64
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from gitops_action.errors import ClusterError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_TOKEN_FILE_SECONDS = 60.0
"""How long a token file's content is believed; kubelets renew projected tokens long before they expire."""


def unmasked(secret: str) -> None:
    """Mask nothing: for who shows nothing."""


class Credentials(Protocol):
    """Authenticates requests; safe to call from many threads."""

    def authorization(self) -> str:
        """Return the ``Authorization`` header's value; empty where the client certificate is all."""
        ...

    def secrets(self) -> tuple[str, ...]:
        """Return the texts that no log may show; those of a later renewal are masked as they come."""
        ...

    def renewed(self, refused: str) -> bool:
        """Forget what made up a header that the server refused; return whether another try may be worth it."""
        ...


@dataclass(frozen=True, slots=True)
class Anonymous:
    """No header: a client certificate, a proxy in between, or nobody."""

    def authorization(self) -> str:
        """Return nothing."""
        return ""

    def secrets(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()

    def renewed(self, refused: str) -> bool:  # noqa: ARG002 - as the protocol says
        """Return that there is no other."""
        return False


@dataclass(frozen=True, slots=True)
class BearerToken:
    """A token that is given once and for all."""

    token: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be a header, without showing it."""
        check_token(self.token, "the token")

    def authorization(self) -> str:
        """Return the header's value."""
        return f"Bearer {self.token}"

    def secrets(self) -> tuple[str, ...]:
        """Return the token."""
        return (self.token,)

    def renewed(self, refused: str) -> bool:  # noqa: ARG002 - as the protocol says
        """Return that there is no other."""
        return False


@dataclass(frozen=True, slots=True)
class BasicAuth:
    """User name and password."""

    username: str
    password: str = field(repr=False)

    def authorization(self) -> str:
        """Return the header's value."""
        return f"Basic {self._encoded}"

    def secrets(self) -> tuple[str, ...]:
        """Return the password, and what it is sent as."""
        return self.password, self._encoded

    def renewed(self, refused: str) -> bool:  # noqa: ARG002 - as the protocol says
        """Return that there is no other."""
        return False

    @property
    def _encoded(self) -> str:
        return base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


class TokenFile:
    """A token that somebody else renews in a file, as a pod's own."""

    def __init__(self, path: Path, mask: Callable[[str], None] = unmasked) -> None:
        self._path = path
        self._mask = mask
        self._lock = threading.Lock()
        self._token = ""
        self._read_at = 0.0

    def __repr__(self) -> str:
        """Return the path alone."""
        return f"TokenFile({str(self._path)!r})"

    def authorization(self) -> str:
        """Return the header's value, from the file as it was at most a minute ago."""
        with self._lock:
            if not self._token or time.monotonic() - self._read_at > _TOKEN_FILE_SECONDS:
                self._token = self._read()
                self._read_at = time.monotonic()
            return f"Bearer {self._token}"

    def secrets(self) -> tuple[str, ...]:
        """Return the token as it is now."""
        return (self.authorization().removeprefix("Bearer "),)

    def renewed(self, refused: str) -> bool:
        """Read the file again, whatever its age."""
        with self._lock:
            self._token = self._read()
            self._read_at = time.monotonic()
            return f"Bearer {self._token}" != refused

    def _read(self) -> str:
        try:
            token = self._path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ClusterError(
                f"the token file {self._path} cannot be read: {_reason(error)}",
                remedy="The file is named by the kubeconfig (tokenFile) or is a pod's own token.",
            ) from error
        check_token(token, f"the token in {self._path}")
        self._mask(token)
        return token


def check_token(token: str, what: str) -> None:
    """Refuse a token that is empty or cannot stand in a header; ``what`` names it without showing it."""
    if not token:
        raise UsageError(f"{what} is empty", remedy="Is the secret set, and readable for this event?")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(
            f"{what} holds spaces, line breaks or characters that no token has",
            remedy="A Secret's token is base64 in YAML: decode it first, and keep it on one line.",
        )


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or "it is not text"
