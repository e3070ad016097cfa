"""Why no answer came from the API server, in plain words with the cure.

In: the HTTP library's exception. Out: a ``ClusterError``. Shows the server's address, never a credential.
"""

from __future__ import annotations

import re
import ssl
from typing import TYPE_CHECKING

from urllib3 import exceptions

from gitops_action.adapters.server_url import host_of, is_loopback
from gitops_action.errors import ClusterError

if TYPE_CHECKING:
    from gitops_action.adapters.connection import Connection

_NETWORK = (
    "Can the runner reach this address? A private cluster needs a self-hosted runner in its network, or a tunnel in a "
    "step before."
)
_LOOPBACK = (
    "In a container action, loopback is the container itself and not the runner, so a cluster of the runner (kind, "
    "minikube, k3d) is not found there. Run the same image as a step with `docker run --network host`, where loopback "
    "works; or with `docker run --network kind` and the kubeconfig of `kind get kubeconfig --internal`."
)


def unreachable(connection: Connection, error: exceptions.HTTPError) -> ClusterError:
    """Return the error that says what the HTTP library's one means."""
    cause = _innermost(error)
    reason, remedy = _explain(connection, cause)
    return ClusterError(f"the API server {connection.server} cannot be reached: {reason}", remedy=remedy)


def _innermost(error: BaseException) -> BaseException:
    match error:
        case exceptions.MaxRetryError() if error.reason is not None:
            return _innermost(error.reason)
        case exceptions.SSLError() if error.args and isinstance(error.args[0], ssl.SSLError):
            return error.args[0]
        case _:
            return error


def _explain(connection: Connection, cause: BaseException) -> tuple[str, str]:
    host = host_of(connection.server)
    match cause:
        case ssl.SSLCertVerificationError():
            return _certificate(connection, cause)
        case ssl.SSLError() | exceptions.SSLError():
            return (
                f"the TLS handshake with {host} failed ({getattr(cause, 'reason', None) or 'no reason given'})",
                "Is this an API server's HTTPS port, and does the server accept the client certificate?",
            )
        case exceptions.ProxyError():
            return "the proxy in between refuses or cannot be reached", "Check HTTPS_PROXY, NO_PROXY and proxy-url."
        case exceptions.NameResolutionError():
            return f"the name of {host} cannot be resolved", f"Is the address right? {_NETWORK}"
        case exceptions.ConnectTimeoutError() | exceptions.NewConnectionError():
            return _connect(connection, cause)
        case exceptions.ReadTimeoutError():
            return "it accepted the request and did not answer in time", "The server may be overloaded. Run again."
        case _:
            return "the connection broke before the answer was whole", "Run again; if it stays, a proxy cuts it."


def _connect(connection: Connection, cause: BaseException) -> tuple[str, str]:
    host = host_of(connection.server)
    if isinstance(cause, exceptions.ConnectTimeoutError) and not isinstance(cause, exceptions.NewConnectionError):
        return f"{host} does not answer to a connection", _NETWORK
    refused = re.search(r"\[Errno \d+\] ([\w ]+)", str(cause))
    words = refused.group(1).lower() if refused else "no connection"
    if is_loopback(connection.server) and connection.in_container:
        return f"{host}: {words}", _LOOPBACK
    if is_loopback(connection.server):
        return f"{host}: {words}", "Is the cluster running, and is this still its port?"
    return f"{host}: {words}", _NETWORK


def _certificate(connection: Connection, cause: ssl.SSLCertVerificationError) -> tuple[str, str]:
    words = cause.verify_message or "not trusted"
    if "hostname" in words.lower() or "ip address" in words.lower():
        return (
            f"its certificate is for another name ({words})",
            "Use the name that the certificate has in the URL, or set tls-server-name in the kubeconfig's cluster.",
        )
    if "expired" in words.lower():
        return "its certificate has expired", "Renew the API server's certificate, and check this machine's clock."
    where = (
        "the kubeconfig's certificate-authority-data or input ca" if connection.tls.ca else "this machine's authorities"
    )
    return (
        f"its certificate is not trusted by {where} ({words})",
        "The authority must be the one that signed this server's certificate; a cluster made anew has a new one.",
    )
