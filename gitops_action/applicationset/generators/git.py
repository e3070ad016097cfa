"""``git``: a set of parameters for each directory, or for each object in files, of a repository."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from gitops_action.applicationset.generators.context import Fields, Unavailable, with_values
from gitops_action.applicationset.glob import directory, doublestar, pathspec
from gitops_action.applicationset.params import flatten, go_text, normalize
from gitops_action.errors import ApplicationError, UsageError
from gitops_action.resource.yaml import load_documents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.applicationset.generators.context import Context
    from gitops_action.applicationset.inputs import RepositoryTree
    from gitops_action.applicationset.params import Params
    from gitops_action.resource.resource import Json, JsonObject


def generate(spec: JsonObject, context: Context) -> list[Params]:
    """Return the parameters; where both are named, directories count and files do not."""
    fields = Fields(spec, "git")
    repo_url, revision = fields.text("repoURL"), fields.text("revision")
    prefix, values = fields.text("pathParamPrefix"), fields.text_map("values")
    directories, files = _paths(fields, "directories"), _paths(fields, "files")
    fields.check()
    if not directories and not files:
        raise ApplicationError("the git generator names neither directories nor files", remedy="Name some.")
    tree = context.inputs.repository(repo_url, revision)
    if tree is None:
        raise Unavailable(
            f"the git generator needs {repo_url} at {revision or 'HEAD'}, which is not at hand",
            remedy="A run fetches it; `affected` has the repository it works on, a check those of its repos.json.",
        )
    is_go = context.engine.is_go
    if directories:
        chosen = _directories(tree.files(), directories)
        params = [_of_path(path, prefix, is_go=is_go) for path in chosen]
    else:
        matches = doublestar if context.inputs.new_file_globbing else pathspec
        matchers = [(matches(pattern), excluded) for pattern, excluded in files]
        included = {path for path in tree.files() if any(match(path) for match, excluded in matchers if not excluded)}
        chosen = sorted(path for path in included if not any(match(path) for match, excluded in matchers if excluded))
        params = [each for path in chosen for each in _of_file(path, tree, prefix, is_go=is_go)]
    return with_values(values, params, context.engine)


def _paths(fields: Fields, name: str) -> list[tuple[str, bool]]:
    return [(item.text("path"), item.boolean("exclude")) for item in fields.items(name)]


def _directories(files: Iterable[str], wanted: list[tuple[str, bool]]) -> list[str]:
    """Return the directories that a pattern names and none excludes, parents first; hidden ones and the root never."""
    found: set[tuple[str, ...]] = set()
    for path in files:
        parts = path.split("/")[:-1]
        visible = next((index for index, part in enumerate(parts) if part.startswith(".")), len(parts))
        found.update(tuple(parts[:length]) for length in range(1, visible + 1))
    matchers = [(directory(pattern), excluded) for pattern, excluded in wanted]
    chosen = []
    for path in ("/".join(parts) for parts in sorted(found)):
        hits = {excluded for match, excluded in matchers if match(path)}
        if hits == {False}:
            chosen.append(path)
    return chosen


def _of_file(path: str, tree: RepositoryTree, prefix: str, *, is_go: bool) -> list[Params]:
    """Return the parameters of each object in a file; an empty file is one empty object."""
    try:
        documents = load_documents(tree.read(path), source=path)
    except UsageError as error:
        raise ApplicationError(str(error), remedy="Correct the file, or exclude it from the git generator.") from error
    content = documents[0][0] if documents else {}
    of_path = _of_path(posixpath.dirname(path) or ".", prefix, is_go=is_go, filename=posixpath.basename(path))
    return [{**(each if is_go else _texts(each)), **of_path} for each in _objects(content, path)]


def _texts(content: Params) -> Params:
    return {key: go_text(value) for key, value in flatten(content).items()}


def _objects(content: Json, path: str) -> list[Params]:
    objects = content if isinstance(content, list) else [content]
    if not all(each is None or isinstance(each, dict) for each in objects):
        raise ApplicationError(
            f"{path} holds neither an object nor a list of objects",
            remedy="Correct the file, or exclude it from the git generator.",
        )
    return [each or {} for each in objects]


def _of_path(path: str, prefix: str, *, is_go: bool, filename: str = "") -> Params:
    names = {"basename": posixpath.basename(path)}
    if filename:
        names["filename"] = filename
    names |= {f"{key}Normalized": normalize(name) for key, name in names.items()}
    if is_go:
        of_path: Params = {"path": {"path": path, **names, "segments": path.split("/")}}
        return {prefix: of_path} if prefix else of_path
    name = f"{prefix}.path" if prefix else "path"
    numbered = {f"{name}[{index}]": part for index, part in enumerate(path.split("/")) if part}
    return {name: path, **{f"{name}.{key}": value for key, value in names.items()}, **numbered}
