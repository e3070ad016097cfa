"""The TLS settings of one connection as an ``SSLContext``.

In: PEM texts. Out: a context. A private key is on disk only while OpenSSL reads it, in a file that no other user opens.
"""

from __future__ import annotations

import ssl
import tempfile
from typing import TYPE_CHECKING

from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from gitops_action.adapters.connection import Tls


def ssl_context(tls: Tls) -> ssl.SSLContext:
    """Return the context; an unusable certificate or key is a ``UsageError`` that does not show it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if tls.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif tls.ca:
        _trust(context, tls.ca)
    else:
        context.load_default_certs()
    if tls.certificate:
        _present(context, tls)
    return context


def _trust(context: ssl.SSLContext, ca: str) -> None:
    try:
        context.load_verify_locations(cadata=ca)
    except (ssl.SSLError, ValueError) as error:
        raise UsageError(
            "the cluster's certificate authority is not a PEM certificate",
            remedy="It begins with -----BEGIN CERTIFICATE-----; in a kubeconfig it is base64 of that "
            "(certificate-authority-data), as input `ca` it is the text itself or base64 of it.",
        ) from error


def _present(context: ssl.SSLContext, tls: Tls) -> None:
    # OpenSSL takes a client certificate from a file only; this one has mode 0600 and ends with the block.
    with tempfile.NamedTemporaryFile("w", encoding="ascii", prefix="gitops-action-", suffix=".pem") as file:
        try:
            file.write(f"{tls.certificate.strip()}\n{tls.key.strip()}\n")
            file.flush()
            context.load_cert_chain(file.name, password=_no_password)
        except (ssl.SSLError, ValueError) as error:
            raise UsageError(
                "the client certificate and key of the kubeconfig's user cannot be used",
                detail=(isinstance(error, ssl.SSLError) and error.reason) or "",
                remedy="Both are PEM, belong together, and the key has no password.",
            ) from error


def _no_password() -> str:
    raise ValueError("the key has a password")
