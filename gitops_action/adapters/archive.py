"""Packed charts and artifacts → folders.

In: the bytes of a tar archive, packed or not. Out: its files below a folder that exists. Whatever would land outside of
the folder, is a device or would fill the disk is refused; nothing of the archive's owners and modes is kept.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from typing import TYPE_CHECKING, Final

from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 100 * 1024 * 1024
_MOST_FILES = 50_000
_PACKED: Final = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\x00", lzma.open))


def unpack(content: bytes, folder: Path, *, name: str, limit: int = LARGEST) -> None:
    """Write the archive's files into a folder; ``name`` tells the archive in an error."""
    try:
        with tarfile.open(fileobj=io.BytesIO(_unpacked(content, name, limit)), mode="r:") as archive:
            written = 0
            for number, member in enumerate(archive):
                written += member.size
                if written > limit or number >= _MOST_FILES:
                    raise _too_large(name, limit)
                if member.isdir() or member.isfile() or member.issym() or member.islnk():
                    archive.extract(member, folder, filter="data")
    except tarfile.FilterError as error:
        raise ApplicationError(
            f"{name} holds a path that leads out of it: {error.tarinfo.name}", remedy="Do not use it: report it."
        ) from error
    except (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError) as error:
        raise ApplicationError(f"{name} is no archive that can be unpacked", detail=str(error)) from error


def _unpacked(content: bytes, name: str, limit: int) -> bytes:
    """Return the tar archive itself, before ``tarfile`` reads any of it.

    That believes a header's word on how long the names after it are, and would read gigabytes of them into memory.
    What lies between the files is allowed as much as the files are.
    """
    for mark, opener in _PACKED:
        if content.startswith(mark):
            with opener(io.BytesIO(content)) as packed:
                content = packed.read(2 * limit + 1)
    if len(content) > 2 * limit:
        raise _too_large(name, limit)
    return content


def _too_large(name: str, limit: int) -> ApplicationError:
    return ApplicationError(
        f"{name} unpacks to more than {limit // (1024 * 1024)} MB or {_MOST_FILES:,} files",
        remedy="Nothing so large is rendered: take out what is not needed.",
    )
