"""Make what the control plane trusts: certificates, the service account key, tokens and kubeconfigs.

In: a folder and the server's URL. Out: files in that folder, readable by their owner alone. The keys are for one
cluster of one day on loopback; nothing here is fit for another use.
"""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import json
import secrets
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tools.cluster.cluster import USERS

if TYPE_CHECKING:
    from pathlib import Path

_GROUPS = {"admin": "system:masters"}


def create_credentials(directory: Path, server: str) -> None:
    """Write the authority, the server's certificate, the service account key, and a token and a kubeconfig a user."""
    ca_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _certificate("gitops-action test cluster", ca_key.public_key(), None, ca_key)
    certificate = _certificate("kube-apiserver", server_key.public_key(), ca, ca_key)
    _write(directory / "ca.crt", _pem(ca))
    _write(directory / "server.crt", _pem(certificate))
    _write(directory / "server.key", _key_pem(server_key))
    _write(directory / "service-account.key", _key_pem(ec.generate_private_key(ec.SECP256R1())))
    tokens = {user: secrets.token_hex(16) for user in USERS}
    rows = (",".join(filter(None, (token, user, user, _GROUPS.get(user)))) for user, token in tokens.items())
    _write(directory / "tokens.csv", "\n".join(rows) + "\n")
    for user, token in tokens.items():
        _write(directory / f"{user}.token", token)
        _write(directory / f"{user}.kubeconfig", _kubeconfig(user, token, server, _pem(ca)))


def _certificate(
    name: str,
    public_key: ec.EllipticCurvePublicKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    """Sign a certificate: an authority where there is no issuer, else a server on loopback."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(tz=dt.UTC)
    is_ca = issuer is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
        .add_extension(_key_usage(is_ca=is_ca), critical=True)
    )
    if not is_ca:
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False).add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
    return builder.sign(issuer_key, hashes.SHA256())


def _key_usage(*, is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


def _kubeconfig(user: str, token: str, server: str, ca: str) -> str:
    """Return a kubeconfig that needs no other file, as JSON, which is YAML too."""
    cluster = {"server": server, "certificate-authority-data": base64.b64encode(ca.encode()).decode()}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": user, "user": {"token": token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": user, "namespace": "default"}}],
            "current-context": "test",
        },
        indent=2,
    )


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
