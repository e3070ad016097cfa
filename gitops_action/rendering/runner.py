"""One renderer run: its output as resources, or its own words as an error that helps.

In: a ``Command``. Out: resources, or an ``ApplicationError`` whose summary is what the renderer said, shortened to
what a reader needs, and whose detail tells how to see it again. Paths in messages are relative to the repository.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING

from gitops_action.errors import ApplicationError
from gitops_action.rendering.objects import resources
from gitops_action.resource.yaml import YamlError, load_documents

if TYPE_CHECKING:
    from gitops_action.ports import Command, Completed, Process
    from gitops_action.rendering.context import RenderRequest
    from gitops_action.resource import Resource

_REMEDIES = {
    "must specify --enable-helm": "Add --enable-helm to kustomize.buildOptions of argocd-cm, or use a Helm source.",
    "external plugins disabled": "Plug-ins and functions of kustomize are never run: commit what they generate.",
    "is not in or below": "Files must lie in or below the kustomization that names them: make theirs a base.",
    "proxyconnect": "Renderers reach no network: commit what is fetched to the repository.",
    "no such file or directory": "Check the path; the file may be missing in the commit, or the path start elsewhere.",
}
"""What renderers say → what to do about it."""
_SHORT, _WHOLE = 500, 4000
"""Characters of a renderer's words in the summary, and in the detail."""
_NOISE = re.compile(
    r"^(?:time=\S+ )?level=\S+ .*$|^walk\.go:.*$|^\d{4}/\d\d/\d\d \S+ .*$|^# Warning: .*$", re.MULTILINE
)
_CREDENTIAL = re.compile(r"pass|secret|token|credential|private|auth|key|cert", re.IGNORECASE)
_HINT = "Use --debug flag to render out invalid YAML"
_TRAIL = re.compile(r".*recursed (?:accumulation|merging) (?:of|from) path '(?P<root>[^']*)': ", re.DOTALL)
_ENTRY = re.compile(r"accumulating (?:resources|components) from '(?P<entry>[^']*)': (?P<why>.*?)': ", re.DOTALL)
_FILE = re.compile(r"^accumulating (?:resources|components) from '([^']*)': ")
_NO_FILE = re.compile(r"evalsymlink failure on '[^']*' : lstat [^:]+: (?=no such file)")


def run(command: Command, request: RenderRequest, process: Process) -> bytes:
    """Return what the renderer wrote; a failure is an ``ApplicationError``."""
    completed = process.run(command)
    if completed.returncode != 0:
        raise failure(command, completed, request)
    return completed.stdout


def parse(output: bytes, command: Command, request: RenderRequest) -> list[Resource]:
    """Return the objects of a renderer's output."""
    name = PurePath(command.argv[0]).name
    source = f"{name} output of {request.context.checkout.relative(request.directory)}"
    try:
        return list(resources(load_documents(output, source=source), source=source))
    except YamlError as error:
        raise ApplicationError(
            error.summary,
            detail=_reproduce(command, request),
            remedy="The line is one of the rendered output: run the command to see it.",
        ) from error


def failure(command: Command, completed: Completed, request: RenderRequest, *, remedy: str = "") -> ApplicationError:
    """Return the error that a renderer's failure is."""
    name = PurePath(command.argv[0]).name
    words = _readable(completed.stderr, command, request)
    message = _kustomize_words(words) if name == "kustomize" else words
    if not message:
        message = f"ended with exit code {completed.returncode} and said nothing"
    summary = " ".join(message.split())
    whole = f"{message[:_WHOLE]}\n" if len(summary) > _SHORT or "\n" in message else ""
    shown = summary if len(summary) <= _SHORT else f"{summary[:_SHORT]}…"
    remedy = remedy or next((advice for words, advice in _REMEDIES.items() if words in summary), "")
    return ApplicationError(f"{name}: {shown}", detail=whole + _reproduce(command, request), remedy=remedy)


def command_text(command: Command, request: RenderRequest, *, before: str = "") -> str:
    """Return the command for a shell at the root of the repository; ``before`` is what has to run there first.

    Parameters whose name sounds like a credential are hidden: they may come from the secrets of a workflow.
    """
    argv = [PurePath(command.argv[0]).name, *command.argv[1:]]
    directory = shlex.quote(request.context.checkout.relative(request.directory))
    return f"cd {directory} && {before}{_from_root(_hidden(shlex.join(argv), command), request)}"


def _reproduce(command: Command, request: RenderRequest) -> str:
    """Return the command without the cluster's hundreds of API versions."""
    argv = list(command.argv)
    left_out = ""
    if "--api-versions" in argv:
        position = argv.index("--api-versions")
        del argv[position : position + 2]
        left_out = " (without the cluster's API versions)"
    stdin = ", with the application's values on standard input" if command.stdin else ""
    return f"To reproduce{left_out}{stdin}: {command_text(replace(command, argv=tuple(argv)), request)}"


def _hidden(text: str, command: Command) -> str:
    """Return a text without the values of parameters that sound like credentials."""
    for option, argument in pairwise(command.argv):
        name, _, value = argument.partition("=")
        if option in ("--set", "--set-string") and value and _CREDENTIAL.search(name):
            text = text.replace(shlex.quote(argument), f"{name}=***").replace(argument, f"{name}=***")
            text = text.replace(value, "***").replace(value.replace("\\,", ","), "***")
    return text


def _readable(stderr: str, command: Command, request: RenderRequest) -> str:
    text = _NOISE.sub("", stderr).replace(_HINT, "").partition("\nUsage:\n")[0].strip()
    return _from_root(_hidden(text.removeprefix("Error: ").strip(), command), request)


def _from_root(text: str, request: RenderRequest) -> str:
    context = request.context
    for name, tree in request.references.items():
        if tree.checkout.root != context.checkout.root:
            text = text.replace(f"{tree.checkout.root}/", f"${name}/")
    for place in (context.checkout.root, context.scratch):
        text = text.replace(f"{place}/", "")
    return text


def _kustomize_words(text: str) -> str:
    """Return what is wrong and in which root, without the trail that led kustomize there."""
    trail = _TRAIL.match(text)
    rest = (text[trail.end() :] if trail else text).removeprefix("accumulating resources: ")
    entry = _ENTRY.search(rest)
    if entry:
        is_directory = entry["why"].endswith("must resolve to a file")
        rest = f"{entry['entry']}: {rest[entry.end() :] if is_directory else _NO_FILE.sub('', entry['why'])}"
    rest = _FILE.sub(r"\g<1>: ", rest)
    return f"{trail['root']}: {rest}" if trail else rest
