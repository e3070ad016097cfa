"""The files of another commit than the one that is checked out: the base that a change is judged against.

In: the checkout, a commit and where it can be had from. Out: ``History``, which reads that commit. The checkout's
``.git`` is never written: everything happens in a bare repository in a temporary folder, which borrows the checkout's
objects and, where the commit is not among them (a shallow checkout), fetches it by its hash. The token travels in
git's environment, never in an argument, a URL or a message. What the work tree or its attributes say has no influence
on what is read.
"""

from __future__ import annotations

import base64
import re
import shutil
import tempfile
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gitops_action.adapters.files import LARGEST, chosen
from gitops_action.adapters.git import GitCheckout
from gitops_action.adapters.git_program import batch, entries, run_git
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitops_action.ports import Completed

REMEDY = (
    "Let actions/checkout fetch it as well (`with: {fetch-depth: 2}`), or give the job's token"
    " `contents: read`, so that it can be fetched here."
)
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_PROTOCOLS = frozenset({"https", "http", "file"})
_FETCH_TIMEOUT = 120.0
_AT_ONCE = 16 * 1024 * 1024
"""Bytes of files that are read by one process."""
_OF_THE_NETWORK = (
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "GIT_SSL_CAINFO",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where commits can be fetched from: a repository's URL on a server, and a token that may read it."""

    server_url: str
    repository: str
    token: str = field(default="", repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Of these only proxies and certificate authorities are passed on."""

    @property
    def url(self) -> str:
        """The URL to fetch from, without any credential."""
        return f"{self.server_url}/{self.repository}"

    @property
    def credential(self) -> str:
        """The token as HTTP's basic authentication spells it; empty without one. As secret as the token."""
        return base64.b64encode(f"x-access-token:{self.token}".encode()).decode() if self.token else ""

    def settings(self) -> dict[str, str]:
        """Return git's configuration for a fetch. A redirection is not followed: it may lead anywhere."""
        settings = {"http.followRedirects": "false", "credential.helper": ""}
        if self.token and urlsplit(self.server_url).scheme != "file":
            settings[f"http.{self.server_url}/.extraheader"] = f"AUTHORIZATION: basic {self.credential}"
        return settings

    def variables(self) -> dict[str, str]:
        """Return git's environment for a fetch: the one protocol, and how the network is reached."""
        network = {
            name: self.environment[name]
            for known in _OF_THE_NETWORK
            for name in (known, known.lower())
            if name in self.environment
        }
        return {"GIT_ALLOW_PROTOCOL": urlsplit(self.server_url).scheme, **network}

    def scrub(self, text: str) -> str:
        """Return a text of git's without the token, should git ever quote it."""
        for secret in filter(None, (self.token, self.credential)):
            text = text.replace(secret, "***")
        return text


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class History:
    """One commit, ``base``, in a bare repository that is deleted with this value, or when the program ends."""

    base: str
    repository: GitCheckout

    def read(self, path: str) -> bytes | None:
        """Return a file of the commit, links within it followed; ``None`` where there is none."""
        if "\n" in path:
            return None
        asked = self._git("cat-file", "--batch", "--follow-symlinks", stdin=f"{self.base}:{path}\n".encode())
        found = next(batch(asked.stdout, 1))
        return found[1] if found else None

    def files(self, start: str, globs: Sequence[str], marks: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
        """Yield (path, content) of the commit's files that would be candidates if it were checked out, sorted.

        ``start`` is relative to the root, ``globs`` to ``start``; without globs a file must hold one of the marks.
        Symbolic links are left out. Raises ``UsageError`` where something of the commit is not here.
        """
        blobs = self._blobs()
        among = blobs if globs else self._holding(marks)
        paths = chosen([path for path in among if path in blobs], start, globs, tree=blobs)
        yield from self._contents({path: blobs[path] for path in paths})

    def changed_files(self, head: str) -> tuple[str, ...]:
        """Return the paths that differ in another commit; ``UsageError`` where that one is not here."""
        return self.repository.changed_files(self.base, head)

    def paths(self) -> tuple[str, ...]:
        """Return the paths of the commit's regular files, sorted."""
        return tuple(sorted(self._blobs()))

    def _blobs(self) -> dict[str, str]:
        """Return path and hash of each regular file."""
        listed = entries(self._git("ls-tree", "-r", "-z", self.base).stdout)
        found = (entry.partition("\t") for entry in listed)
        return {path: about.split(" ")[2] for about, _, path in found if about.startswith("100")}

    def _holding(self, marks: Sequence[bytes]) -> frozenset[str]:
        options = ("--text", "--files-with-matches", "-z", "--fixed-strings", "--no-color")
        patterns = (word for mark in marks for word in ("-e", mark.decode()))
        found = self._git("grep", *options, *patterns, self.base, missing=1)
        return frozenset(entry.removeprefix(f"{self.base}:") for entry in entries(found.stdout))

    def _contents(self, blobs: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
        sizes = self._sizes(list(blobs.values()))
        pending, weight = [], 0
        for path in sorted(blobs):
            if sizes[blobs[path]] > LARGEST:
                continue
            pending.append(path)
            weight += sizes[blobs[path]]
            if weight > _AT_ONCE:
                yield from self._read(pending, blobs)
                pending, weight = [], 0
        yield from self._read(pending, blobs)

    def _read(self, paths: Sequence[str], blobs: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
        wanted = "".join(f"{blobs[path]}\n" for path in paths).encode()
        completed = self._git("cat-file", "--batch", stdin=wanted)
        for path, found in zip(paths, batch(completed.stdout, len(paths)), strict=True):
            if found is not None:
                yield path, found[1]

    def _sizes(self, hashes: Sequence[str]) -> dict[str, int]:
        asked = self._git("cat-file", "--batch-check", stdin="".join(f"{each}\n" for each in hashes).encode())
        answers = [line.split(" ") for line in asked.stdout.decode().splitlines()]
        if any(len(answer) != 3 for answer in answers):
            raise _unreadable(self.base, "some of its files were not fetched")
        return {name: int(size) for name, _, size in answers}

    def _git(self, *arguments: str, stdin: bytes = b"", missing: int = 0) -> Completed:
        """Run git; ``missing`` is the exit code that says that nothing was found."""
        completed = run_git(self.repository.process, self.repository.root, arguments, stdin=stdin)
        if completed.returncode not in (0, missing):
            raise _unreadable(self.base, completed.stderr)
        return completed


def open_history(checkout: GitCheckout, commit: str, origin: Origin | None, *, folder: str = "") -> History:
    """Return the history that reads a commit, given by its full hash.

    ``folder`` is the place for the temporary repository, the system's own if empty. Without an ``origin`` only what the
    checkout holds is found. Raises ``UsageError`` where the commit is not there and cannot be fetched; the message has
    no credential.
    """
    if not _COMMIT.fullmatch(commit):
        raise _unreadable(commit, "it is no full commit hash")
    place = Path(tempfile.mkdtemp(prefix="gitops-action-base-", dir=folder or None)).resolve()
    try:
        repository = _prepare(checkout, commit, str(place))
        if not _is_there(repository, commit):
            _fetch(repository, commit, origin)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    history = History(base=commit, repository=repository)
    weakref.finalize(history, shutil.rmtree, place, ignore_errors=True)
    return history


def resolve(checkout: GitCheckout, revision: str) -> str:
    """Return the full hash of the commit that a revision names in the checkout; ``UsageError`` where it names none."""
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    found = run_git(checkout.process, checkout.root, asked)
    if found.returncode or not revision:
        raise UsageError(f"{revision!r} names no commit of this checkout", remedy="Fetch it, or name another commit.")
    return found.stdout.decode().strip()


def _prepare(checkout: GitCheckout, commit: str, place: str) -> GitCheckout:
    """Make the bare repository, and let it borrow what the checkout has.

    What is borrowed from a shallow checkout is as shallow here: otherwise the server would be told that we have all
    that came before, and send nothing of it. A checkout that lacks files (``filter``, ``sparse-checkout``) would be
    taken for whole in the same way, so nothing is borrowed from it.
    """
    process = checkout.process
    form = "sha256" if len(commit) == 64 else "sha1"
    made = run_git(process, place, ("init", "--quiet", "--bare", "--template=", f"--object-format={form}", "."))
    if made.returncode:
        raise _unreadable(commit, made.stderr)
    partial = run_git(process, checkout.root, ("config", "--get-regexp", r"^remote\..*\.promisor$"))
    if partial.returncode:
        objects, shallow = (_path(checkout, name) for name in ("objects", "shallow"))
        if "\n" in str(objects):
            raise _unreadable(commit, "the path of the checkout holds a line break")
        borrowed = Path(place, "objects", "info", "alternates")
        borrowed.parent.mkdir(exist_ok=True)
        borrowed.write_text(f"{objects}\n")
        if shallow.is_file():
            shutil.copyfile(shallow, Path(place, "shallow"))
    return GitCheckout(root=place, process=process)


def _path(checkout: GitCheckout, name: str) -> Path:
    """Return where a part of the checkout's repository lies; worktrees share theirs."""
    found = run_git(checkout.process, checkout.root, ("rev-parse", "--git-path", name))
    return Path(checkout.root, found.stdout.decode().removesuffix("\n")).resolve()


def _is_there(repository: GitCheckout, commit: str) -> bool:
    return not run_git(repository.process, repository.root, ("cat-file", "-e", f"{commit}^{{tree}}")).returncode


def deepen(repository: GitCheckout, commit: str, origin: Origin | None, since: int) -> None:
    """Fetch what came before a commit into a ``History``'s repository, as far back as a time (seconds since the epoch).

    Raises ``UsageError`` where it cannot be fetched.
    """
    _fetch(repository, commit, origin, extent=f"--shallow-since={since}")


def _fetch(repository: GitCheckout, commit: str, origin: Origin | None, *, extent: str = "--depth=1") -> None:
    if origin is None:
        raise _unreadable(commit, "it is not in this checkout")
    scheme = urlsplit(origin.server_url).scheme
    if scheme not in _PROTOCOLS:
        raise _unreadable(commit, f"it is not in this checkout, and {origin.server_url!r} cannot be fetched from")
    options = ("--quiet", "--no-tags", extent, "--no-recurse-submodules", "--no-auto-maintenance")
    fetched = run_git(
        repository.process,
        repository.root,
        ("fetch", *options, "--", origin.url, f"+{commit}:refs/heads/base"),
        timeout=_FETCH_TIMEOUT,
        settings=origin.settings(),
        variables=origin.variables(),
    )
    if fetched.returncode or not _is_there(repository, commit):
        raise _unreadable(commit, origin.scrub(fetched.stderr))


def _unreadable(commit: str, reason: str) -> UsageError:
    return UsageError(f"commit {commit} cannot be read", detail=reason.strip()[:2000], remedy=REMEDY)
