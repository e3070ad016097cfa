"""A repository in memory: paths and texts, and symbolic links as ``Link``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.affected.affected import Changes, affected
from gitops_action.affected.application import DependencyReader
from gitops_action.affected.tree import Links
from gitops_action.application.application import Application, Source
from gitops_action.application.parse import parse_application
from gitops_action.resource.yaml import load_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Link(str):
    """The target of a symbolic link."""

    __slots__ = ()


@dataclass(frozen=True)
class MemoryTree:
    """Implements ``affected.tree.Tree``."""

    content: Mapping[str, str]

    @property
    def links(self) -> Mapping[str, str]:
        return {path: target for path, target in self.content.items() if isinstance(target, Link)}

    def read(self, path: str) -> bytes | None:
        real = Links(self.links).resolve(path)[0]
        text = self.content.get(real) if real is not None else None
        return None if text is None else text.encode()

    def is_dir(self, path: str) -> bool:
        real = Links(self.links).resolve(path)[0]
        return real == "" or any(each.startswith(f"{real}/") for each in self.content)

    def names(self, directory: str) -> tuple[str, ...]:
        real = Links(self.links).resolve(directory)[0]
        prefix = f"{real}/" if real else ""
        below = (path.removeprefix(prefix) for path in self.content if path.startswith(prefix))
        return tuple(sorted(name for name in below if "/" not in name))


def application(spec: str, *, name: str = "web", annotations: Mapping[str, str] | None = None) -> Application:
    """Return an application with the source, or the list of sources, that a YAML text holds."""
    value = load_documents(spec, source="spec")[0][0]
    document = {
        "metadata": {"name": name, "annotations": dict(annotations or {})},
        "spec": {"sources": value if isinstance(value, list) else [value], "destination": {"namespace": "shop"}},
    }
    return parse_application(document, file=f"apps/{name}.yaml", line=1)


def plain(name: str, path: str) -> Application:
    """Return an application of one path."""
    return Application(name=name, file=f"apps/{name}.yaml", sources=(Source(path=path),))


def why(
    app: Application, files: Mapping[str, str], *changed: str, is_local: Callable[[str], bool] = lambda _: True
) -> list[str]:
    """Return the reasons for which a change of these paths touches an application; none where it does not."""
    reader = DependencyReader(MemoryTree(files), is_local=is_local)
    found = affected([app], Changes(paths=tuple(sorted(changed))), reader.read)
    return [str(reason) for each in found for reason in each.reasons]
