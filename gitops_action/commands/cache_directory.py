"""Where a run keeps manifests, and whether it may: what a cache says is deployed, so it must not be anybody's word.

In: the inputs ``cache-dir`` and ``cache-key``. Out: the ``Manifests`` of the run, ``None`` where it keeps none, and the
reason. In a workflow a key is needed: the folder may come out of a checkout, or a cache that others write to. On a
machine of one's own a folder is enough that nobody else can write to, but a sync then renders by itself.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.adapters.cache_store import CacheStore
from gitops_action.adapters.sealing import SHORTEST, Checksum, Sealer
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from gitops_action.adapters.cache_store import Sealing
    from gitops_action.commands.manifests import Manifests
    from gitops_action.github.events import Event
    from gitops_action.inputs import Inputs
    from gitops_action.ports import Clock


def open_manifests(inputs: Inputs, event: Event, clock: Clock, root: Path) -> tuple[Manifests | None, str]:
    """Return the manifest cache, and why there is none although one was asked for.

    Raises ``UsageError`` for a key that can be guessed, and for a key without a folder.
    """
    key, folder = inputs.cache_key or "", Path(inputs.cache_dir)
    if not inputs.cache_dir:
        if key:
            raise UsageError("input cache-key has no meaning without cache-dir", remedy="Set `cache-dir` as well.")
        return None, ""
    if key and len(key) < SHORTEST:
        raise UsageError(
            f"input cache-key is shorter than {SHORTEST} characters",
            remedy="Make a new one, such as by `openssl rand -hex 32`, and store it as a secret.",
        )
    if _is_led_away(folder.absolute(), root):
        return None, f"cache-dir {inputs.cache_dir} is not used: a link of the checkout leads it elsewhere"
    if key:
        return _manifests(folder, Sealer(key), clock, is_sealed=True), ""
    if event.name:
        return None, "cache-dir is not used: without the input cache-key nobody could tell who wrote what is in it"
    if _is_within(folder.absolute(), root) or not _is_private(folder):
        return None, (
            f"cache-dir {inputs.cache_dir} is not used: without --cache-key it has to lie outside of the checkout, "
            "and nobody else may write to it"
        )
    return _manifests(folder, Checksum(), clock, is_sealed=False), ""


def for_sync(manifests: Manifests | None) -> Manifests | None:
    """Return the cache that a sync may believe: one that nobody without the key can have written."""
    return manifests if manifests and manifests.is_sealed else None


def anew(manifests: Manifests | None) -> Manifests | None:
    """Return the cache with all that is in it passed over and replaced: a hard refresh."""
    return replace(manifests, anew=True) if manifests else None


def _manifests(folder: Path, sealing: Sealing, clock: Clock, *, is_sealed: bool) -> Manifests:
    from gitops_action.commands.manifests import Manifests  # noqa: PLC0415 - who keeps nothing need not wait for it

    return Manifests(store=CacheStore(folder, sealing), clock=clock, is_sealed=is_sealed)


def _is_within(folder: Path, root: Path) -> bool:
    return Path(os.path.normpath(folder)).is_relative_to(root)


def _is_led_away(folder: Path, root: Path) -> bool:
    """Return whether the folder is written as one of the checkout, and is not there."""
    return _is_within(folder, root) and not folder.resolve().is_relative_to(root.resolve())


def _is_private(folder: Path) -> bool:
    """Return whether nobody else can put anything into the folder, or make it where it is not there yet."""
    for place in (folder.absolute(), *folder.absolute().parents):
        if place.exists():
            found = place.stat()
            return found.st_uid == os.geteuid() and not found.st_mode & 0o022
    return False
