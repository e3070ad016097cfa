"""``check applicationset``: the applications that a set would have, from generator inputs that lie in a folder.

In: a file with one ApplicationSet, and ``--inputs``: ``repos.json`` and ``repos/``, ``clusters/*.yaml``,
``pulls.json``. Out: the list of ``Application`` documents as JSON; an error of a generator or template ends it.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.tools import find_tool
from gitops_action.application.reader import FieldReader
from gitops_action.applicationset.generate import generate
from gitops_action.applicationset.inputs import ClusterEntry, GeneratorInputs, PullRequestEntry
from gitops_action.applicationset.model import SetConditionType
from gitops_action.applicationset.parse import parse_applicationset
from gitops_action.applicationset.templates import TEMPLATE_PROGRAM, engine_of
from gitops_action.commands.check_files import answer, only, read_bytes, read_documents
from gitops_action.commands.repository_tree import FolderTree
from gitops_action.errors import ApplicationError, ExitCode, UsageError
from gitops_action.resource.yaml import load_documents

if TYPE_CHECKING:
    from gitops_action.application.discovery import Document
    from gitops_action.applicationset.model import ApplicationSet, Generated
    from gitops_action.resource.resource import JsonObject

_LABEL = "argocd.argoproj.io/secret-type"


@click.command(name="applicationset")
@click.argument("file")
@click.option("--inputs", "folder", default=None, help="Folder with what the generators see.")
@click.option(
    "--new-git-file-globbing", is_flag=True, help="Match git files as the controller's flag of this name does."
)
def applicationset(file: str, folder: str | None, *, new_git_file_globbing: bool) -> ExitCode:
    """Print the Applications that an ApplicationSet generates."""
    found = only(read_documents(file), "ApplicationSet", file)
    parsed = parse_applicationset(found.value, file=found.file, line=found.line)
    inputs = (
        read_inputs(Path(folder), new_file_globbing=new_git_file_globbing)
        if folder
        else GeneratorInputs(clusters=lambda: (), pull_requests=lambda _provider, _spec: ())
    )
    answer(list(_generated(parsed, inputs).applications))
    return ExitCode.OK


def _generated(parsed: ApplicationSet, inputs: GeneratorInputs) -> Generated:
    if wrong := [each for each in parsed.conditions if each.keeps_back]:
        raise UsageError(wrong[0].message, remedy=wrong[0].remedy)
    engine = engine_of(parsed, SubprocessProcess(), lambda: find_tool(TEMPLATE_PROGRAM))
    generated = generate(parsed, inputs, engine)
    for condition in generated.conditions:
        summary, _, detail = condition.message.partition("\n")
        if condition.keeps_back:
            raise ApplicationError(summary, detail=detail, remedy=condition.remedy)
        level = "note" if condition.type is SetConditionType.NO_APPLICATIONS else "warning"
        click.echo(f"{level}: {condition.message}", err=True)
    return generated


def read_inputs(folder: Path, *, new_file_globbing: bool) -> GeneratorInputs:
    """Return what a folder gives to the generators.

    Raises ``UsageError`` where it, or a file in it, cannot be read.
    """
    if not folder.is_dir():
        raise UsageError(f"--inputs {folder} is no folder", remedy="Name the folder that holds repos.json and such.")
    trees = {
        _text(entry, "repoURL", "repos.json"): FolderTree(_inside(folder, _text(entry, "path", "repos.json")))
        for entry in _list(folder / "repos.json")
    }
    clusters = tuple(
        cluster
        for path in sorted((folder / "clusters").glob("*"))
        if path.suffix in (".yaml", ".yml", ".json")
        for cluster in map(_cluster, read_documents(str(path)))
        if cluster is not None
    )
    pulls = tuple(_pull_request(entry) for entry in _list(folder / "pulls.json"))
    return GeneratorInputs(
        repository=lambda repo_url, _: trees.get(repo_url),
        clusters=lambda: clusters,
        pull_requests=lambda _provider, _spec: pulls,
        new_file_globbing=new_file_globbing,
    )


def _list(path: Path) -> list[JsonObject]:
    """Return the objects of a JSON list; none where there is no such file."""
    if not path.exists():
        return []
    documents = load_documents(read_bytes(str(path)), source=str(path))
    content = documents[0][0] if documents else []
    if not isinstance(content, list) or not all(isinstance(entry, dict) for entry in content):
        raise UsageError(f"{path} is no list of objects", remedy="Write a JSON list.")
    return content


def _text(entry: JsonObject, name: str, file: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str):
        raise UsageError(f"{file}: {name} is missing or no text", remedy="Give each entry this field.")
    return value


def _inside(folder: Path, path: str) -> Path:
    if Path(path).is_absolute() or ".." in Path(path).parts:
        raise UsageError(f"repos.json: the path {path} leaves the folder", remedy="Write it relative to --inputs.")
    if not (folder / path).is_dir():
        raise UsageError(f"repos.json: there is no folder {path}", remedy="Put the repository's files there.")
    return folder / path


def _cluster(document: Document) -> ClusterEntry | None:
    """Return the cluster of a Secret; ``None`` for one that is not about a cluster."""
    problems: list[str] = []
    secret = FieldReader(document.value, "", problems, [])
    metadata = secret.nested("metadata")
    labels, annotations = metadata.text_map("labels"), metadata.text_map("annotations")
    data = {key: _decoded(value, document) for key, value in secret.text_map("data").items()}
    data |= secret.text_map("stringData")
    if problems:
        raise UsageError(f"{document}: {problems[0]}", remedy="Write the Secret as Kubernetes takes it.")
    if secret.text("kind") != "Secret" or labels.get(_LABEL) != "cluster":
        return None
    return ClusterEntry(
        name=data.get("name", ""),
        server=data.get("server", ""),
        project=data.get("project", ""),
        labels=labels,
        annotations=annotations,
    )


def _decoded(value: str, document: Document) -> str:
    try:
        return base64.b64decode(value, validate=True).decode("utf-8", errors="replace")
    except binascii.Error as error:
        raise UsageError(f"{document}: the Secret's data is not base64", remedy="Or write it as stringData.") from error


def _pull_request(entry: JsonObject) -> PullRequestEntry:
    number, labels = entry.get("number"), entry.get("labels") or []
    if not isinstance(number, int) or not isinstance(labels, list):
        raise UsageError("pulls.json: an entry has no number, or labels that are no list", remedy="Correct the entry.")
    return PullRequestEntry(
        number=number,
        title=str(entry.get("title") or ""),
        branch=_text(entry, "branch", "pulls.json"),
        target_branch=str(entry.get("target_branch") or ""),
        head_sha=_text(entry, "head_sha", "pulls.json"),
        labels=tuple(map(str, labels)),
        author=str(entry.get("author") or ""),
    )
