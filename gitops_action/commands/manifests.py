"""The manifest cache of a run: an application whose sources were rendered before is not rendered again.

In: an application, what it is rendered with, and how. Out: what the rendering gives, from the cache where everything
that it depends on is the same: the application, each byte that the renderers would read, their versions and ours, and
what the cluster serves. Sources that are not in the checkout count by what they were resolved to; where that is not
known, nothing is kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import orjson

from gitops_action.adapters.program_identity import own_identity, program_identity
from gitops_action.commands.trees import Trees
from gitops_action.errors import ApplicationError
from gitops_action.rendering.cache import (
    Damaged,
    Entry,
    answer,
    decode,
    encode,
    failed,
    holds_secret,
    is_repeatable,
    kept,
)
from gitops_action.rendering.sources import is_checkout, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gitops_action.adapters.cache_store import CacheStore
    from gitops_action.application.application import Application
    from gitops_action.commands.trees import Tree
    from gitops_action.ports import ApiCatalog, Clock
    from gitops_action.rendering.context import RenderContext, Rendered

REFRESH = "argocd.argoproj.io/refresh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifests:
    """Renderings that are kept. ``is_sealed`` says that nobody without the key can have made an entry.

    With ``anew`` nothing is taken from the cache, and what is rendered replaces what was there.
    """

    store: CacheStore
    clock: Clock
    is_sealed: bool
    anew: bool = False
    trees: Trees = field(default_factory=Trees)
    answers: list[bool] = field(default_factory=list)
    """For each rendering that was asked for, whether the cache had it; threads append to it."""
    materials: _Materials = field(default_factory=lambda: _Materials())  # noqa: PLW0108 - the class stands below

    def rendered(self, application: Application, context: RenderContext, render: Callable[[], Rendered]) -> Rendered:
        """Return the rendering of an application, made by ``render`` where none is kept.

        Raises what ``render`` raises, and the cached ``ApplicationError`` of sources that failed again and again.
        """
        tree = self.trees.of(context)
        material = self.materials.of(application, context, tree)
        if material is None or not (self.is_sealed or application.file):
            self.answers.append(False)
            return render()
        name = self.store.name(material)
        before = None
        if not self.anew and application.annotations.get(REFRESH) != "hard":
            before = self._entry(name)
            if before is not None and (found := answer(before, self.clock.now())) is not None:
                self.answers.append(True)
                return found
        self.answers.append(False)
        try:
            made = render()
        except ApplicationError as error:
            self._keep(name, failed(error, before, self.clock.now()))
            raise
        may_be_kept = is_repeatable(made) and (self.is_sealed or not holds_secret(made))
        if may_be_kept and self.materials.of(application, context, tree, now=True) == material:
            self._keep(name, kept(made, self.clock.now()))
        return made

    def _entry(self, name: str) -> Entry | None:
        content = self.store.get(name)
        if content is None:
            return None
        try:
            return decode(content)
        except Damaged:  # made by another version: it is written anew
            return None

    def _keep(self, name: str, entry: Entry) -> None:
        content = encode(entry)
        if content is not None:
            self.store.put(name, content)


class _Materials:
    """What renderings depend on, as bytes: the same bytes, the same rendering."""

    def __init__(self) -> None:
        self._scopes: dict[int, tuple[ApiCatalog, str]] = {}

    def of(self, application: Application, context: RenderContext, tree: Tree, *, now: bool = False) -> bytes | None:
        """Return all that a rendering depends on; ``None`` where that is not known.

        With ``now`` the files are read again: somebody may have edited them meanwhile.
        """
        fetched = [source for source in application.sources if not is_checkout(source, context)]
        if fetched and context.sources is None:
            return None
        try:
            resolved = [resolve(source, application.project, context) for source in fetched]
        except ApplicationError:  # the rendering says it
            return None
        dependencies = tree.dependencies(application)
        content = tree.content(dependencies, now=now)
        if content is None:
            return None
        rendered = (application.name, application.namespace, application.project, application.destination)
        parts = {
            "application": repr((*rendered, application.sources)),
            "content": content.digest,
            "fetched": [[each.revision, each.digest] for each in resolved],
            "revision": context.revision if dependencies.every_commit else "",
            "checkout": [context.checkout.out_of_bounds, context.checkout.missing_submodules],
            "place": [context.control_plane, context.directory_size_limit, sorted(context.tracked_revisions)],
            "settings": repr((context.settings.build_options, *map(sorted, _switches(context)))),
            "cluster": self._scopes_digest(context.catalog) if context.catalog else "",
            "kubernetes": [context.kube_version, _texts_digest(context.api_versions)],
            "programs": [own_identity(), program_identity(context.helm), program_identity(context.kustomize)],
        }
        try:
            return orjson.dumps(parts)
        except TypeError:  # a text that is not Unicode
            return None

    def _scopes_digest(self, catalog: ApiCatalog) -> str:
        """Return a digest of which kinds have namespaces, made once a catalog."""
        known = self._scopes.get(id(catalog))
        if known is None or known[0] is not catalog:
            scopes = sorted(f"{kind.api_version}/{kind.kind}={kind.namespaced}" for kind in catalog.kinds.values())
            known = self._scopes[id(catalog)] = (catalog, _texts_digest(tuple(scopes)))
        return known[1]


def _switches(context: RenderContext) -> Iterator[Iterable[str]]:
    """Yield what the settings and the workflow have turned on or off for all renderings."""
    settings = context.settings
    yield from (settings.disabled, settings.kustomize_versions, settings.value_schemes)
    yield map(repr, context.plugins.values())


@cache
def _texts_digest(texts: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
