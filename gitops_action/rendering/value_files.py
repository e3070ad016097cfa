"""``valueFiles`` of a Helm source → existing files, in the order in which helm reads them (RND-14 to RND-19).

In: the entries as written. Out: paths relative to the chart, each checked to stay in the repository.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_action.errors import ApplicationError
from gitops_action.rendering.build_environment import substitute
from gitops_action.rendering.checkout import Checkout, require_path
from gitops_action.rendering.complete import require_content

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_action.application.application import HelmSource
    from gitops_action.rendering.context import RenderRequest
    from gitops_action.rendering.sources import SourceTree

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
REFERENCE = re.compile(r"\$([A-Za-z0-9_-]+)/(.*)", re.DOTALL)
_STARS = re.compile(r"\*{2,}")
_STARS_LIMIT = 3
MAGIC = re.compile(r"[*?\[]")


def value_files(source: HelmSource, request: RenderRequest) -> list[str]:
    """Return the files that the entries mean; a plain file may be missing, which helm then says itself."""
    entries = [(entry, *_written(entry, request)) for entry in source.value_files]
    explicit = {_plain(path, checkout, request) for _, checkout, path in entries if not MAGIC.search(path)}
    found: dict[str, Checkout] = {}
    for entry, checkout, path in entries:
        if MAGIC.search(path):
            matches = list(_expand(path, entry, checkout, request))
            if not matches and not source.ignore_missing_value_files:
                raise ApplicationError(
                    f'values file glob "{entry}" matched no files',
                    remedy="Correct the pattern, or set spec.source.helm.ignoreMissingValueFiles.",
                )
            for match in matches:
                if match not in explicit:
                    found.setdefault(match, checkout)
        else:
            real = _plain(path, checkout, request)
            if Path(real).is_file() or not source.ignore_missing_value_files:
                found.setdefault(real, checkout)
    for path, checkout in found.items():
        require_content(checkout, path)
    return [_for_helm(path, checkout, request) for path, checkout in found.items()]


def resolve_file(entry: str, request: RenderRequest) -> str:
    """Return the path, relative to the chart, of one file that an application names."""
    checkout, path = _written(entry, request)
    return _for_helm(_plain(path, checkout, request), checkout, request)


def _written(entry: str, request: RenderRequest) -> tuple[Checkout, str]:
    """Return an entry with its variables replaced, and the files it is of; another source's starts at their root."""
    reference = REFERENCE.fullmatch(entry)
    checkout = request.context.checkout
    if reference and reference[1] not in request.variables:
        checkout = _referenced(reference[1], request.references)
        entry = f"/{reference[2].lstrip('/')}"
    path = substitute(entry, request.variables)
    scheme = _SCHEME.match(path)
    if scheme is None:
        return checkout, path
    if scheme[1].lower() not in request.context.settings.value_schemes:
        raise ApplicationError(
            f"the URL scheme '{scheme[1]}' is not allowed",
            remedy="Commit the file, or add the scheme to helm.valuesFileSchemes of argocd-cm.",
        )
    return _fetched(path, request)


def _fetched(url: str, request: RenderRequest) -> tuple[Checkout, str]:
    """Return a file of values as it was fetched; helm itself reaches no network (RND-15)."""
    if request.context.sources is None:
        host = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
        raise ApplicationError(
            f"the values file {url.partition('://')[0]}://{host}/… is not in the repository",
            remedy="Values by URL are not fetched in this run: commit the file to the repository.",
        )
    folder = Path(tempfile.mkdtemp(prefix="values-", dir=request.context.scratch))
    (folder / "values.yaml").write_bytes(request.context.sources.file(url, request.project))
    return Checkout(root=str(folder.resolve()), is_fetched=True), "/values.yaml"


def _referenced(name: str, references: Mapping[str, SourceTree]) -> Checkout:
    if name in references:
        return references[name].checkout
    known = ", ".join(f"${each}" for each in sorted(references))
    raise ApplicationError(
        f'source referenced "${name}", but '
        + (f"it is not one of the available sources ({known})" if known else "no source has a 'ref' field defined"),
        remedy=f"Add a source with ref: {name}, or correct the name.",
    )


def _plain(path: str, checkout: Checkout, request: RenderRequest) -> str:
    return checkout.file(path, base=request.directory)


def _expand(pattern: str, entry: str, checkout: Checkout, request: RenderRequest) -> Iterator[str]:
    """Yield the files that a pattern matches, sorted; a match outside of the repository is an error (RND-17)."""
    require_path(pattern)
    base = Path(checkout.root if pattern.startswith("/") else request.directory)
    parts = pattern.strip("/").split("/")
    relative = "/".join(part if part == "**" else _STARS.sub("*", part) for part in parts)
    if relative.count("**") > _STARS_LIMIT:
        raise ApplicationError(f'values file glob "{entry}" has more than {_STARS_LIMIT} times **')
    if relative.endswith("**"):
        relative += "/*"
    for match in sorted(base.glob(relative)):  # never follows a link to a directory for **, so no loop
        if not checkout.contains(str(match)):
            raise ApplicationError(f"file '{entry}' resolved to outside repository root")
        if match.is_file():
            yield os.path.realpath(match)


def _for_helm(path: str, checkout: Checkout, request: RenderRequest) -> str:
    """Return a path as helm gets it: never an option, a URL or the ``-`` of standard input."""
    if checkout.root != request.context.checkout.root:
        return path
    relative = os.path.relpath(path, os.path.realpath(request.directory))
    return relative if relative.startswith("../") else f"./{relative}"
