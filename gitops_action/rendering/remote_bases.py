"""Remote bases and resources of kustomizations: fetched, laid beside a copy of the local ones, and named there.

In: the roots of a build, and a copy of them. Out: nothing; the copied kustomizations then name local paths alone, so
that kustomize itself reaches no network. What a remote base names in turn is treated alike.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.application.application import Source
from gitops_action.errors import ApplicationError
from gitops_action.rendering.checkout import Checkout
from gitops_action.rendering.complete import require_complete
from gitops_action.rendering.copying import copy_roots
from gitops_action.rendering.kustomization import (
    FETCHED_FIELDS,
    kustomization_file,
    kustomization_roots,
    read_kustomization,
)
from gitops_action.rendering.kustomize_options import reading_rules
from gitops_action.rendering.remote_base import RemoteBase, remote_base

if TYPE_CHECKING:
    from gitops_action.rendering.context import RenderRequest
    from gitops_action.rendering.kustomization import ReadingRules, RemoteChart, Roots
    from gitops_action.rendering.sources import Sources

_MOST = 50
"""Repositories and files that one build may name."""


def place_remote_bases(roots: Roots, request: RenderRequest, copy: RenderRequest) -> None:
    """Fetch what the roots name elsewhere; ``copy`` is the request for the copy that ``request``'s roots lie in."""
    if (roots.remotes or roots.charts) and request.context.sources is not None:
        folder = Path(copy.context.checkout.root)
        placing = _Placing(folder, request.context.sources, request.project, reading_rules(request))
        placing.place(roots, request.context.checkout, placing.folder)


@dataclass(slots=True)
class _Placing:
    folder: Path
    sources: Sources
    project: str
    rules: ReadingRules
    placed: dict[str, Path] = field(default_factory=dict)

    def place(self, roots: Roots, checkout: Checkout, copied: Path) -> None:
        """Fetch what these roots name, whose copies lie in ``copied`` as in their checkout."""
        by_root: dict[str, dict[str, str]] = {}
        for root, entry in roots.remotes:
            place = copied / checkout.relative(root)
            try:
                target = self._target(entry, place)
            except ApplicationError as error:
                where = checkout.relative(root)
                raise ApplicationError(f"{where}: {error.summary}", detail=error.detail, remedy=error.remedy) from error
            by_root.setdefault(str(place), {})[entry] = os.path.relpath(target, place)
        for edited, replaced in by_root.items():
            _rewrite(edited, replaced, copied)
        for root, chart in roots.charts:
            self._place_chart(chart, copied / checkout.relative(root))

    def _place_chart(self, chart: RemoteChart, place: Path) -> None:
        source = Source(repo_url=chart.repository, chart=chart.name, target_revision=chart.version)
        tree = self.sources.tree(source, self.project)
        directory = tree.checkout.directory(tree.path)
        shutil.copytree(directory, place / chart.place / chart.name, symlinks=True, dirs_exist_ok=True)

    def _target(self, entry: str, place: Path) -> Path:
        """Return the local path that stands for an entry of the kustomization that is copied to ``place``."""
        remote = remote_base(entry)
        if len(self.placed) >= _MOST:
            raise ApplicationError(f"more than {_MOST} remote bases", remedy="Copy some of them into the repository.")
        if not isinstance(remote, RemoteBase):
            number, name = tempfile.mkstemp(prefix=".remote-", suffix=".yaml", dir=place)
            with os.fdopen(number, "wb") as file:
                file.write(self.sources.file(remote.url, self.project))
            self.placed[name] = Path(name)
            return Path(name)
        source = Source(repo_url=remote.repo_url, target_revision=remote.revision, path=remote.path)
        tree = self.sources.tree(source, self.project)
        directory = tree.checkout.directory(tree.path)
        if directory not in self.placed:
            folder = Path(tempfile.mkdtemp(prefix=".remote-", dir=self.folder))
            self.placed[directory] = folder / tree.checkout.relative(directory)
            roots = kustomization_roots(directory, tree.checkout, rules=self.rules)
            for root in roots.directories:
                require_complete(tree.checkout, root)
            copy_roots(roots, tree.checkout, folder)
            self.place(roots, tree.checkout, folder)
        return self.placed[directory]


def _rewrite(place: str, replaced: dict[str, str], copied: Path) -> None:
    path = kustomization_file(place)
    if path is None:
        return
    value = dict(read_kustomization(path, Checkout(root=str(copied)))[0])
    for name in FETCHED_FIELDS:
        entries = value.get(name)
        if isinstance(entries, list):
            value[name] = [replaced.get(each, each) if isinstance(each, str) else each for each in entries]
    Path(path).write_text(json.dumps(value, indent=2), encoding="utf-8")
