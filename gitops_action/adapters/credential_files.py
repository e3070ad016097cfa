"""The input ``credentials`` → the documents that it holds or names.

In: YAML, or paths of it, one a line. Out: documents with their origin. A file that Git tracks is refused: whoever may
change the repository could change who we are. Nothing that a file holds is repeated in an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.adapters.git_program import run_git
from gitops_action.errors import UsageError
from gitops_action.resource.yaml import YamlError, load_documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_action.ports import Process
    from gitops_action.resource.resource import Json

_CONTENT = re.compile(r"^\s*[{\[]|^---|^(apiVersion|kind|metadata|items):", re.MULTILINE)
_HOST_TEMP = "/_temp/"
"""Where the runner keeps its folder for temporary files, on the host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialFiles:
    """Reads what the input says. ``root`` is the checkout's, empty where there is none."""

    process: Process
    environ: Mapping[str, str]
    root: str = ""

    def documents(self, text: str) -> Iterator[tuple[Json, str]]:
        """Yield each document with the words that say where it stands; raises ``UsageError``."""
        if _CONTENT.search(text):
            yield from _read(text, "input credentials")
            return
        for line in text.splitlines():
            if path := line.strip():
                yield from self._of_file(path)

    def _of_file(self, named: str) -> Iterator[tuple[Json, str]]:
        path = self._located(named)
        if self._is_tracked(path):
            raise UsageError(
                f"input credentials: {named} is a file of the repository, which a pull request can change",
                remedy="Decrypt it in a step before, to a file that Git does not track, such as one in RUNNER_TEMP.",
            )
        try:
            text = path.read_bytes()
        except OSError as error:
            raise UsageError(
                f"input credentials: {named} cannot be read: {error.strerror}",
                remedy="It is relative to the workspace, else to RUNNER_TEMP: a container sees no other folders.",
            ) from error
        yield from _read(text, f"input credentials: {named}")

    def _located(self, named: str) -> Path:
        path, temp = Path(named), self.environ.get("RUNNER_TEMP", "")
        candidates = [path]
        if temp and not path.is_absolute():
            candidates.append(Path(temp, named))
        if temp and _HOST_TEMP in named:
            # `${{ runner.temp }}` is the host's path; in a container that folder is elsewhere.
            candidates.append(Path(temp, named.partition(_HOST_TEMP)[2]))
        return next((each for each in candidates if _exists(each)), path)

    def _is_tracked(self, path: Path) -> bool:
        if not self.root:
            return False
        spellings = {str(path.absolute()), str(path.resolve())}
        inside = [each for each in spellings if Path(each).is_relative_to(Path(self.root).resolve())]
        listed = [run_git(self.process, self.root, ("ls-files", "-z", "--cached", "--", each)) for each in inside]
        return any(completed.stdout for completed in listed)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a text that is no path at all, such as one that is too long
        return False


def _read(text: str | bytes, origin: str) -> list[tuple[Json, str]]:
    try:
        loaded = load_documents(text, source=origin)
    except YamlError as error:
        # Its own words may quote what stands there.
        place = f" (line {error.line})" if error.line else ""
        raise UsageError(
            f"{origin} is not YAML that Kubernetes reads{place}", remedy="Is it decrypted, and the file's exact text?"
        ) from None
    for value, _ in loaded:
        if isinstance(value, dict) and "sops" in value:
            raise UsageError(f"{origin} is still encrypted", remedy="Decrypt it by `sops --decrypt` in a step before.")
    return [(value, origin) for value, _ in loaded]
