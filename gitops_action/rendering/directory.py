"""Plain manifests of a directory → resources (RND-25 to RND-33).

In: a directory of the checkout. Out: the objects of its files in lexical order, each with file and line. Never
follows a link out of the repository.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from gitops_action.application.application import ApplicationCondition, ConditionType, DirectorySource
from gitops_action.errors import ApplicationError
from gitops_action.rendering.complete import DEPTH_LIMIT, refuse_pointer, require_submodules, too_deep
from gitops_action.rendering.glob import compile_glob
from gitops_action.rendering.objects import resources
from gitops_action.resource.yaml import YamlError, load_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.rendering.checkout import Checkout
    from gitops_action.rendering.context import RenderRequest
    from gitops_action.resource import Resource
    from gitops_action.resource.resource import Json

EXTENSIONS = (".yaml", ".yml", ".json", ".jsonnet")
_SKIP_MARKER = "+argocd:skip-file-rendering"
_MARKS_OF_A_MANIFEST = ("apiVersion:", "kind:", "metadata:")
_DOCUMENT_START = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


def render_directory(
    source: DirectorySource, request: RenderRequest
) -> tuple[list[Resource], tuple[ApplicationCondition, ...]]:
    """Return the objects of a directory's manifests, and warnings about files that were passed over."""
    checkout, limit = request.context.checkout, request.context.directory_size_limit
    found: list[Resource] = []
    warnings: list[ApplicationCondition] = []
    total = 0
    require_submodules(checkout, request.directory)
    place = checkout.relative(request.directory)
    prefix = "" if place == "." else f"{place}/"
    for relative, entry in manifest_files(request.directory, source):
        where = prefix + relative
        if entry.is_symlink():
            _check_link(entry.path, where, checkout)
            if not Path(entry.path).exists():
                warnings.append(_warning(f"{where} is a link to a file that does not exist; it is not rendered"))
        if not entry.is_file():
            continue
        if relative.endswith(".jsonnet") and "Jsonnet" in request.context.settings.disabled:
            continue
        if relative.endswith(".jsonnet"):
            raise ApplicationError(
                f"{where}: Jsonnet is not supported in this version",
                remedy="Commit the generated manifests, or leave the file out with spec.source.directory.exclude.",
            )
        total += entry.stat().st_size
        if total > limit:
            raise ApplicationError(
                f"the manifests of {place} are larger than {limit / (1024 * 1024):g} MiB together",
                remedy="Split the application, or narrow it with spec.source.directory.include.",
            )
        with open(entry.path, "rb", buffering=0) as file:  # noqa: PTH123  # a Path each costs a third of the time
            content = file.read()
        refuse_pointer(content, where)
        found.extend(read_manifests(content, where))
    return found, tuple(warnings)


def manifest_files(directory: str, source: DirectorySource) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield the files that a directory source means, in lexical order, by relative path (RND-25, RND-26)."""
    exclude = compile_glob(source.exclude) if source.exclude else None
    include = compile_glob(source.include) if source.include else None
    for relative, entry in _walk(directory, "", depth=DEPTH_LIMIT if source.recurse else 0):
        if not source.disable_extension_filter and not entry.name.endswith(EXTENSIONS):
            continue
        if exclude and exclude.fullmatch(relative):
            continue
        if include and not include.fullmatch(relative):
            continue
        yield relative, entry


def read_manifests(content: bytes, where: str) -> list[Resource]:
    """Return the objects of one file; a file that is not meant as manifests has none (RND-27, RND-30, RND-31)."""
    text = _decode(content, where)
    if _SKIP_MARKER in text:
        return []
    if where.endswith(".json"):
        return list(resources([(_one_json(text, where), 1)], file=where))
    try:
        documents = load_documents(text, source=where)
    except YamlError as error:
        if _is_meant_as_manifests(text, error.line, where):
            raise ApplicationError(
                error.summary, detail=error.detail, remedy=error.remedy or "Correct the YAML, or exclude the file."
            ) from error
        return []
    if documents and not _is_object(documents[0][0]) and not _has_marks(text):
        return []  # such as a values file beside the manifests
    return list(resources(documents, file=where))


def _walk(directory: str, prefix: str, *, depth: int) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield files in lexical order, those of subdirectories too where ``depth`` is left; its end is an error."""
    with os.scandir(f"{directory}/{prefix}") as scanned:
        entries = sorted(scanned, key=lambda entry: entry.name)
    for entry in entries:
        if not entry.is_dir(follow_symlinks=False):
            yield prefix + entry.name, entry
        elif depth and entry.name != ".git":
            if depth == 1:
                raise too_deep(prefix.partition("/")[0])
            yield from _walk(directory, f"{prefix}{entry.name}/", depth=depth - 1)


def _check_link(path: str, where: str, checkout: Checkout) -> None:
    """Refuse a link that leads out of the repository (RND-29)."""
    if not checkout.contains(path):
        raise ApplicationError(
            f"{where} is a link out of the repository", remedy="Replace the link by the file, or exclude it."
        )


def _decode(content: bytes, where: str) -> str:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ApplicationError(
            f"{where} is not valid {encoding}: byte {error.start}", remedy="Save the file as UTF-8, or exclude it."
        ) from error


def _one_json(text: str, where: str) -> Json:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        several = error.pos and text[: error.pos].rstrip().endswith("}") and text[error.pos :].lstrip().startswith("{")
        if several:
            raise ApplicationError(
                f'Found multiple objects in "{where}". Only single objects are allowed in JSON files.',
                remedy="Give each object its own file, or use a List.",
            ) from error
        raise ApplicationError(f"{where}:{error.lineno}: not valid JSON: {error.msg}") from error


def _is_meant_as_manifests(text: str, line: int, where: str) -> bool:
    """Return whether a file with broken YAML was meant to be applied (RND-30)."""
    if _has_marks(text):
        return True
    good = "".join(text.splitlines(keepends=True)[: max(line - 1, 0)])
    starts = list(_DOCUMENT_START.finditer(good))
    if not starts:
        return False
    try:
        earlier = load_documents(good[: starts[-1].start()], source=where)
    except YamlError:
        return False
    return any(_is_object(value) for value, _ in earlier)


def _is_object(value: Json) -> bool:
    return isinstance(value, dict) and bool(value.get("kind"))


def _has_marks(text: str) -> bool:
    return all(mark in text for mark in _MARKS_OF_A_MANIFEST)


def _warning(message: str) -> ApplicationCondition:
    return ApplicationCondition(type=ConditionType.UNSUPPORTED_WARNING, message=message)
