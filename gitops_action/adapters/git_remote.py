"""One remote Git repository of a run: its refs, read once, and the files of its commits.

In: what opens it, and a folder. Out: the commit that a revision means, and a folder with the files of a commit. The
refs are asked for once, so that a tag that moves during the run stays what it was; all commits that the run is known to
need are fetched together. No hook runs, no configuration of the user's or the repository's counts, submodules and Git
LFS are not fetched. A repository that failed once is not asked again.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.adapters.git_program import entries, git_command
from gitops_action.adapters.kept_fetches import KeptFetches
from gitops_action.application.fetch_hosts import shown
from gitops_action.application.revision import (
    ResolvedRevision,
    is_commit,
    parse_refs,
    resolve_revision,
    revisions_offered,
)
from gitops_action.errors import ApplicationError
from gitops_action.rendering.checkout import Checkout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from gitops_action.adapters.fetch_access import Access
    from gitops_action.ports import Completed, Process

_REFUSED = re.compile(
    r"Authentication failed|could not read (?:Username|Password)|returned error: 40[13]|Permission denied"
    r"|terminal prompts disabled|Repository not found|returned error: 404|not found",
    re.IGNORECASE,
)
_REDIRECTED = re.compile(r"returned error: 30\d|unable to update url base from redirection", re.IGNORECASE)
_UNKNOWN_HOST = re.compile(r"Host key verification failed", re.IGNORECASE)
_WHOLE = 40
_SUBMODULE = "160000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds for the parts of a fetch."""

    refs: float = 30.0
    fetch: float = 180.0
    web: float = 120.0
    """For one file of a chart repository, a registry or the web."""


class GitRemote:
    """One repository; safe to use from many threads, which wait for each other."""

    def __init__(
        self,
        open_access: Callable[[], Access],
        process: Process,
        folder: Path,
        *,
        limits: Limits | None = None,
        kept: KeptFetches | None = None,
    ) -> None:
        self._open = open_access
        self._process = process
        self._folder = folder
        self._limits = limits or Limits()
        self._kept = kept or KeptFetches()
        self._lock = threading.RLock()
        self._access: Access | None = None
        self._refs: dict[str, str] | None = None
        self._resolved: dict[tuple[str, str], str] = {}
        self._wanted: dict[tuple[str, str], None] = {}
        self._trees: dict[str, Checkout] = {}
        self._failure: ApplicationError | None = None

    def expect(self, revision: str, tag_prefix: str) -> None:
        """Note a revision whose files will be asked for, so that one fetch brings them all."""
        with self._lock:
            self._wanted[revision, tag_prefix] = None

    def commit(self, revision: str, tag_prefix: str = "") -> str:
        """Return the whole hash of the commit that a revision means.

        Raises ``ApplicationError`` where it means none, or the repository cannot be read.
        """
        with self._lock:
            known = self._resolved.get((revision, tag_prefix))
            if known is None:
                known = self._resolved[revision, tag_prefix] = self._resolve(revision, tag_prefix)
            return known

    def tree(self, commit: str) -> Checkout:
        """Return the files of a commit, given by its whole hash."""
        with self._lock:
            if commit not in self._trees:
                self._fetch(commit)
                self._trees[commit] = self._extracted(commit)
            return self._trees[commit]

    def _resolve(self, revision: str, tag_prefix: str) -> str:
        if is_commit(revision):
            return revision.lower()
        found = resolve_revision(revision, self._listed(), tag_prefix=tag_prefix)
        if found is None:
            raise ApplicationError(
                f"unable to resolve '{revision}' to a commit SHA: {self._shown} has no such branch, tag or commit,"
                f" and {revisions_offered(self._listed())}",
                remedy="Correct targetRevision.",
            )
        return found.commit if len(found.commit) >= _WHOLE else self._completed(found)

    def _completed(self, found: ResolvedRevision) -> str:
        """Return the whole hash of an abbreviated one: all commits are fetched, without their files."""
        place = self._repository("commits")
        refspecs = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        fetched = self._git(place, "fetch", *_QUIET, "--filter=tree:0", "--", self._url, *refspecs)
        asked = self._git(place, "rev-parse", "--verify", "--quiet", f"{found.commit}^{{commit}}", remote=False)
        if fetched.returncode:
            raise self._failed(fetched)
        if asked.returncode:
            raise ApplicationError(
                f"unable to resolve '{found.commit}' to a commit SHA: {self._shown} has no commit that begins so,"
                " or more than one",
                remedy="Write the whole hash in targetRevision.",
            )
        return asked.stdout.decode("ascii").strip()

    def _listed(self) -> dict[str, str]:
        if self._refs is None:
            listed = self._git(self._folder, "ls-remote", "--quiet", "--", self._url, timeout=self._limits.refs)
            if listed.returncode:
                raise self._failed(listed)
            self._refs = parse_refs(listed.stdout.decode("utf-8", errors="replace"))
        return self._refs

    def _fetch(self, commit: str) -> None:
        """Fetch a commit, and with it what else is known to be needed; alone where that fails."""
        place = self._repository("objects")
        if self._is_there(place, commit) or self._is_restored(place, commit):
            return
        together = dict.fromkeys([commit, *self._expected()])
        for commits in (list(together), [commit]) if len(together) > 1 else ([commit],):
            refspecs = [f"+{each}:refs/fetched/{each}" for each in commits]
            fetched = self._git(place, "fetch", *_QUIET, "--depth=1", "--", self._url, *refspecs)
            if fetched.returncode == 0 and self._is_there(place, commit):
                self._keep(place, commits)
                return
        if "not our ref" in fetched.stderr or "no such remote ref" in fetched.stderr or not fetched.returncode:
            raise ApplicationError(
                f"{self._shown} has no commit {commit}", remedy="Correct targetRevision; it may have been force-pushed."
            )
        raise self._failed(fetched)

    def _is_restored(self, place: Path, commit: str) -> bool:
        """Take a commit's objects from the pack that an earlier run kept; git names each by its content."""
        pack = self._kept.get("commit", commit)
        if pack is None:
            return False
        shallow = place / "shallow"
        before = shallow.read_text() if shallow.exists() else ""
        shallow.write_text(f"{before}{commit}\n")  # what came before it is not in the pack
        command = git_command(str(place), ("index-pack", "--stdin", "--strict"), stdin=pack, timeout=self._limits.fetch)
        is_read = self._process.run(command).returncode == 0
        if is_read and self._git(place, "rev-list", "--objects", "--quiet", commit, remote=False).returncode == 0:
            return True
        shallow.write_text(before)
        return False

    def _keep(self, place: Path, commits: Sequence[str]) -> None:
        for commit in commits if self._kept.store else ():
            command = git_command(
                str(place), ("pack-objects", "--revs", "--stdout", "--quiet"), stdin=f"{commit}\n".encode()
            )
            try:
                packed = self._process.run(command)
            except ApplicationError:  # more than one entry may hold: it is fetched each time
                continue
            if packed.returncode == 0:
                self._kept.put("commit", commit, packed.stdout)

    def _expected(self) -> list[str]:
        found = []
        for revision, prefix in self._wanted:
            resolved = resolve_revision(revision, self._refs or {}, tag_prefix=prefix)
            if resolved and len(resolved.commit) >= _WHOLE:
                found.append(resolved.commit)
        return found

    def _extracted(self, commit: str) -> Checkout:
        """Write the files of a commit into a folder of their own, links as links."""
        objects = self._repository("objects")
        folder = self._folder / f"tree-{commit}"
        folder.mkdir()
        variables = {"GIT_INDEX_FILE": str(self._folder / f"{commit}.index")}
        written = ("--work-tree", str(folder), "checkout-index", "--all", "--force", "--quiet")
        for arguments in (("read-tree", commit), written):
            done = self._git(objects, *arguments, remote=False, variables=variables)
            if done.returncode:
                raise self._unreadable(commit, done)
        listed = entries(self._git(objects, "ls-tree", "-r", "-z", commit, remote=False).stdout)
        submodules = [entry.partition("\t")[2] for entry in listed if entry.startswith(_SUBMODULE)]
        return Checkout.at(str(folder), missing_submodules=submodules, is_fetched=True)

    def _is_there(self, place: Path, commit: str) -> bool:
        return self._git(place, "cat-file", "-e", f"{commit}^{{tree}}", remote=False).returncode == 0

    def _repository(self, name: str) -> Path:
        place = self._folder / name
        if not place.exists():
            form = "sha256" if any(len(commit) > _WHOLE for commit in (self._refs or {}).values()) else "sha1"
            arguments = ("init", "--quiet", "--bare", "--template=", f"--object-format={form}", str(place))
            made = self._git(self._folder, *arguments, remote=False)
            if made.returncode:
                raise self._unreadable("", made)
        return place

    def _git(
        self,
        place: Path,
        *arguments: str,
        remote: bool = True,
        timeout: float = 0.0,
        variables: dict[str, str] | None = None,
    ) -> Completed:
        if not remote:
            return self._process.run(git_command(str(place), arguments, variables=variables))
        if self._failure is not None:
            raise self._failure
        access = self._opened()
        with access.for_git(str(self._folder)) as (settings, opened):
            seconds = timeout or self._limits.fetch
            command = git_command(str(place), arguments, timeout=seconds, settings=settings, variables=opened)
            try:
                return self._process.run(command)
            except ApplicationError as error:
                self._failure = self._stopped(error, seconds)
                raise self._failure from error

    def _stopped(self, error: ApplicationError, seconds: float) -> ApplicationError:
        if "did not end" in error.summary:
            return ApplicationError(
                f"{self._shown} did not answer within {seconds:g} s",
                remedy="Check that the runner reaches the server, and that it is up.",
            )
        return ApplicationError(f"{self._shown} cannot be fetched: {error.summary}", remedy=error.remedy)

    def _opened(self) -> Access:
        if self._access is None:
            try:
                self._access = self._open()
            except ApplicationError as error:
                self._failure = error
                raise
        return self._access

    @property
    def _url(self) -> str:
        return self._opened().url

    @property
    def _shown(self) -> str:
        return shown(self._url)

    def _unreadable(self, commit: str, completed: Completed) -> ApplicationError:
        detail = completed.stderr.strip()[:2000]
        return ApplicationError(f"the files of {self._shown} at {commit or 'any commit'} cannot be read", detail=detail)

    def _failed(self, completed: Completed) -> ApplicationError:
        """Return what git's words mean; what was not there once is not asked for again."""
        access = self._opened()
        words = access.scrub(completed.stderr.strip())[:2000]
        if _REDIRECTED.search(words):
            summary, remedy = "redirects elsewhere", "Write the repository's present URL in repoURL."
        elif _UNKNOWN_HOST.search(words):
            summary = "is on a host whose SSH key is not known"
            remedy = "Add the host's key to the known hosts: ConfigMap argocd-ssh-known-hosts-cm."
        elif _REFUSED.search(words):
            summary = (
                "does not exist, or refuses this credential"
                if access.credential
                else ("does not exist, or wants a credential")
            )
            remedy = "Check the URL, and the repository's Secret or the rights of its token."
        else:
            summary, remedy = "cannot be fetched", "Check that the runner reaches the server."
        self._failure = ApplicationError(f"{self._shown} {summary}", detail=words, remedy=remedy)
        return self._failure


_QUIET = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance", "--no-write-fetch-head")
