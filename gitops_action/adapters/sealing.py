"""Bytes that only who knows a key can make and read: AES-256-GCM, with keys derived from one text.

In: the key's text. Out: sealed bytes, and back; a seal is bound to the name that it was made for, so that one cannot be
put in another's place.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Final

SHORTEST: Final = 32
"""Characters of a key: what ``openssl rand -hex 16`` gives cannot be guessed, a word can."""
_NONCE: Final = 12


class BrokenSeal(Exception):
    """Bytes that were not sealed by this key for this name."""


class Sealer:
    """Seals by one key; names are told apart by a digest that without the key nobody can make either."""

    def __init__(self, key: str) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - 30 ms that few runs need

        self._names = _derived(key, b"names")
        self._cipher = AESGCM(_derived(key, b"content"))

    def name(self, material: bytes) -> str:
        """Return the name for what is described by ``material``."""
        return hmac.new(self._names, material, hashlib.sha256).hexdigest()

    def seal(self, content: bytes, name: str) -> bytes:
        """Return the content, encrypted and bound to the name."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, content, name.encode())

    def open(self, sealed: bytes, name: str) -> bytes:
        """Return the content; raises ``BrokenSeal``."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as above

        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], name.encode())
        except (InvalidTag, ValueError) as error:
            raise BrokenSeal("not sealed by this `cache-key`") from error


class Checksum:
    """What stands in for a seal where nobody else can write: damage is noticed, a forger is not."""

    _LENGTH = 32

    def name(self, material: bytes) -> str:
        """Return the name for what is described by ``material``."""
        return hashlib.sha256(material).hexdigest()

    def seal(self, content: bytes, name: str) -> bytes:
        """Return the content with its checksum."""
        return self._sum(content, name) + content

    def open(self, sealed: bytes, name: str) -> bytes:
        """Return the content; raises ``BrokenSeal``."""
        content = sealed[self._LENGTH :]
        if not hmac.compare_digest(sealed[: self._LENGTH], self._sum(content, name)):
            raise BrokenSeal("its checksum is another one")
        return content

    @staticmethod
    def _sum(content: bytes, name: str) -> bytes:
        return hashlib.sha256(name.encode() + content).digest()


def _derived(key: str, purpose: bytes) -> bytes:
    return hmac.new(key.encode(), b"gitops-action cache: " + purpose, hashlib.sha256).digest()
