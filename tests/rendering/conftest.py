"""A repository on disk, and an application of it rendered with the real helm and kustomize."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.adapters.process import SubprocessProcess
from gitops_action.application.application import Application, Destination, Source
from gitops_action.errors import ApplicationError
from gitops_action.rendering.checkout import Checkout
from gitops_action.rendering.context import RenderContext, Rendered, RenderRequest
from gitops_action.rendering.render import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.conftest import Tools

REVISION = "9b71e04c0ffee00000000000000000000000abcd"


@dataclass
class Repository:
    """Files in a temporary directory, and what the tests do with them."""

    root: Path
    scratch: Path
    helm: str
    kustomize: str
    options: dict[str, Any] = field(default_factory=dict)

    def write(self, files: Mapping[str, str | bytes]) -> Repository:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode())
        return self

    def link(self, name: str, target: str) -> Repository:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)
        return self

    def context(self, **changes: Any) -> RenderContext:
        defaults = RenderContext(
            checkout=Checkout.at(str(self.root)),
            revision=REVISION,
            scratch=str(self.scratch),
            helm=self.helm,
            kustomize=self.kustomize,
            timeout=30,
        )
        return replace(defaults, **changes)

    def request(self, path: str, **changes: Any) -> RenderRequest:
        return RenderRequest(
            application_name="web",
            namespace="shop",
            directory=str(self.root / path),
            variables={},
            context=self.context(**changes),
        )

    def render(self, *sources: Source, name: str = "web", namespace: str = "shop", **changes: Any) -> Rendered:
        application = Application(name=name, sources=sources, destination=Destination(namespace=namespace))
        return render(application, self.context(**changes), SubprocessProcess())

    def refusal(self, *sources: Source, **changes: Any) -> ApplicationError:
        with pytest.raises(ApplicationError) as caught:
            self.render(*sources, **changes)
        return caught.value

    def snapshot(self) -> dict[str, bytes]:
        """Return every file with its content, to see that nothing was written."""
        paths = (Path(folder, name) for folder, _, names in os.walk(self.root) for name in names)
        return {str(path.relative_to(self.root)): path.read_bytes() for path in paths if path.is_file()}


@pytest.fixture
def repository(tmp_path: Path, tools: Tools) -> Repository:
    root, scratch = tmp_path / "repo", tmp_path / "scratch"
    root.mkdir()
    scratch.mkdir()
    return Repository(root=root, scratch=scratch, helm=tools.path("helm"), kustomize=tools.path("kustomize"))


def config_map(name: str, **data: str) -> str:
    lines = "".join(f"  {key}: {value!r}\n" for key, value in data.items())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n" + (f"data:\n{lines}" if lines else "")


@pytest.fixture
def silent_server() -> Iterator[str]:
    """The URL of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
