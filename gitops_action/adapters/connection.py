"""How one API server is reached: a value made from kubeconfig or inputs, used by the HTTP adapter.

Opens nothing. No key, token or password is in its ``repr``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops_action.adapters.credentials import Anonymous
from gitops_action.adapters.server_url import is_loopback
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from gitops_action.adapters.credentials import Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """How the server proves itself, and we ourselves; all certificates are PEM texts."""

    ca: str = field(default="", repr=False)
    """Who may sign the server's certificate; empty for the system's authorities."""
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    server_name: str = ""
    """The name that the server's certificate has, where it is not the URL's host."""
    insecure: bool = False
    """Any certificate will do; only where the kubeconfig says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One API server and who we are to it."""

    server: str
    """The URL, without credentials and trailing slash; may have a path."""
    context: str = ""
    """The kubeconfig context's name; empty where there is none."""
    namespace: str = ""
    """The context's own namespace; empty where it names none."""
    tls: Tls = field(default=Tls())
    credentials: Credentials = field(default=Anonymous())
    impersonation: tuple[tuple[str, str], ...] = ()
    """Headers that ask for another user's rights."""
    proxy: str = field(default="", repr=False)
    """An HTTP proxy's URL, which may hold a password."""
    in_container: bool = False
    """Whether we run in a container, where loopback is not the runner's."""

    def __post_init__(self) -> None:
        """Refuse to send credentials where everybody on the way can read them."""
        if self.server.startswith("http://") and not is_loopback(self.server) and self.credentials != Anonymous():
            raise UsageError(
                f"{self.server} is not https, so that the credentials would be readable on the way",
                remedy="Use the API server's https:// URL.",
            )

    def secrets(self) -> tuple[str, ...]:
        """Return the texts that no log may show."""
        return (*self.credentials.secrets(), *([self.tls.key] if self.tls.key else []))
