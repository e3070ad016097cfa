"""A running cluster, as those see it who use it: where it listens and as whom to talk to it.

In: the folder that the supervisor filled. Out: paths, and plain requests as the administrator.
"""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pathlib import Path

USERS = ("admin", "reader", "preview", "deployer", "nobody")
"""Users of the cluster. ``admin`` is in ``system:masters``; the others have no rights until a test binds a role."""


class RequestRefused(Exception):
    """The API server answered with an error: ``status`` is its HTTP status."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Where a cluster listens and where its files are."""

    directory: Path
    server: str
    """The API server's URL, ``https://127.0.0.1:PORT``."""
    kubectl: str
    """The path of the kubectl of the same version."""

    @classmethod
    def of(cls, directory: Path) -> Cluster:
        """Return the cluster that runs in a folder; ``FileNotFoundError`` where none does."""
        facts = json.loads((directory / "cluster.json").read_text())
        return cls(directory=directory, server=facts["server"], kubectl=facts["kubectl"])

    @property
    def ca_file(self) -> Path:
        """The certificate authority to trust, as PEM."""
        return self.directory / "ca.crt"

    def kubeconfig(self, user: str = "admin") -> Path:
        """Return the kubeconfig of one of ``USERS``."""
        return self.directory / f"{user}.kubeconfig"

    def token(self, user: str = "admin") -> str:
        """Return the bearer token of one of ``USERS``."""
        return (self.directory / f"{user}.token").read_text()

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        user: str = "admin",
        content_type: str = "application/json",
    ) -> Any:
        """Send one request and return the parsed answer (text where it is not JSON).

        Raises ``RequestRefused`` for a status of 400 and above, and ``OSError`` where nothing answers.
        """
        address = urlsplit(self.server)
        connection = http.client.HTTPSConnection(
            str(address.hostname),
            address.port,
            timeout=30,
            context=ssl.create_default_context(cafile=str(self.ca_file)),
        )
        headers = {"Authorization": f"Bearer {self.token(user)}", "Content-Type": content_type}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        if response.status >= 400:
            raise RequestRefused(f"{method} {path}: {response.status} {text}", status=response.status)
        return json.loads(text) if text.startswith(("{", "[")) else text
