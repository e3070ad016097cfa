"""Build the pinned tools, once, into the user's cache directory: ``python3 tools/build.py [NAME…]``.

In: the Go modules beside this file. Out, under ``$XDG_CACHE_HOME/gitops-action/tools`` (``~/.cache`` without it)::

    store/NAME-DIGEST/   what one pinned version of a tool consists of
    bin/PROGRAM          links to the programs last built, or to those on PATH that do as well
    catalogue            a link to the folder of Argo CD's Lua scripts

The digest covers the module's files and the flags, so a tool is built again when its pin changes. Needs Go and
nothing else; many may run at once.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MODULES = Path(__file__).parent
_CATALOGUE = "catalogue"


class BuildFailed(Exception):
    """A tool could not be built; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A Go module below ``tools/`` and the programs to build from it."""

    name: str
    pin: str
    """The required module that gives the version; empty for programs of our own."""
    programs: tuple[tuple[str, str], ...]
    """Program and package."""
    stamps: tuple[str, ...] = ()
    """Go variables and the values to link in; ``{version}``, ``{major}`` and ``{minor}`` are filled in."""
    static: bool = True
    """Without libc, so that the program runs in any image."""
    on_path: tuple[str, ...] = ()
    """How to ask a program on PATH for its version; empty where only the pinned version will do."""

    @property
    def folder(self) -> Path:
        """The module's folder."""
        return _MODULES / self.name

    @property
    def version(self) -> str:
        """The pinned version, as ``v1.2.3``; empty for programs of our own."""
        required = re.search(
            rf"^\s*(?:require )?{re.escape(self.pin)} (v\S+)", (self.folder / "go.mod").read_text(), re.MULTILINE
        )
        return required[1] if self.pin and required else ""

    @property
    def ldflags(self) -> str:
        """The linker's flags."""
        major, minor = [*self.version.removeprefix("v").split("."), "", ""][:2]
        stamps = (stamp.format(version=self.version, major=major, minor=minor) for stamp in self.stamps)
        return " ".join(["-s", "-w", *(f"-X {stamp}" for stamp in stamps)])

    @property
    def store(self) -> Path:
        """Where the built tool lies."""
        digest = hashlib.sha256(f"{self.programs} {self.ldflags} {self.static}".encode())
        for source in sorted(self.folder.glob("go.*")) + sorted(self.folder.glob("*.go")):
            digest.update(source.read_bytes())
        return _root() / "store" / f"{self.name}-{digest.hexdigest()[:16]}"


TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool(
            name="helm",
            pin="helm.sh/helm/v4",
            programs=(("helm", "helm.sh/helm/v4/cmd/helm"),),
            stamps=("helm.sh/helm/v4/internal/version.version={version}",),
            on_path=("version", "--template={{.Version}}"),
        ),
        Tool(
            name="kustomize",
            pin="sigs.k8s.io/kustomize/kustomize/v5",
            programs=(("kustomize", "sigs.k8s.io/kustomize/kustomize/v5"),),
            stamps=("sigs.k8s.io/kustomize/api/provenance.version=kustomize/{version}",),
            on_path=("version",),
        ),
        Tool(
            name="applicationset-template",
            pin="",
            programs=(("applicationset-template", "."),),
        ),
        Tool(name="yaml-reader", pin="", programs=(("yaml-reader", "."),)),
        Tool(name=_CATALOGUE, pin="github.com/argoproj/argo-cd/v3", programs=((_CATALOGUE, "."),)),
        Tool(
            name="controlplane",
            pin="k8s.io/kubernetes",
            programs=(
                ("etcd", "go.etcd.io/etcd/server/v3"),
                ("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
                ("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager"),
                ("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler"),
                ("kubectl", "k8s.io/kubernetes/cmd/kubectl"),
            ),
            stamps=(
                "k8s.io/component-base/version.gitVersion={version}",
                "k8s.io/component-base/version.gitMajor={major}",
                "k8s.io/component-base/version.gitMinor={minor}",
                "k8s.io/client-go/pkg/version.gitVersion={version}",
            ),
            static=False,
        ),
        Tool(name="kwok", pin="sigs.k8s.io/kwok", programs=(("kwok", "sigs.k8s.io/kwok/cmd/kwok"),)),
        Tool(
            name="actionlint",
            pin="github.com/rhysd/actionlint",
            programs=(("actionlint", "github.com/rhysd/actionlint/cmd/actionlint"),),
        ),
        Tool(
            name="act",
            pin="github.com/nektos/act",
            programs=(("act", "github.com/nektos/act"),),
            stamps=("main.version={version}",),
        ),
    )
}


def cache_directory() -> Path:
    """Return the project's folder in the user's cache directory."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gitops-action"


def program(name: str) -> Path:
    """Return the path of a built program, or of the catalogue's folder.

    Raises ``BuildFailed``, naming the command to run, where it is not built.
    """
    path = _root() / name if name == _CATALOGUE else _root() / "bin" / name
    if not path.exists():
        tool = next(tool for tool in TOOLS.values() if name in dict(tool.programs))
        raise BuildFailed(f"{name} is not built. Run: python3 tools/build.py {tool.name}")
    return path


def build(tool: Tool, *, use_path: bool = True) -> str:
    """Build one tool if need be, link its programs, and return what was done. Raises ``BuildFailed``."""
    if use_path and (found := on_path(tool)):
        _link(_root() / "bin" / tool.name, found)
        return f"taken from {found}"
    store = tool.store
    with _locked(tool.name):
        done = "built already"
        if not store.exists():
            began = time.monotonic()
            _build_into(tool, store)
            done = f"built in {time.monotonic() - began:.0f} s"
        if tool.name == _CATALOGUE:
            _link(_root() / _CATALOGUE, store / "scripts")
        else:
            for name, _ in tool.programs:
                _link(_root() / "bin" / name, store / name)
    return done


def _build_into(tool: Tool, store: Path) -> None:
    """Build in a folder beside and rename it, so that a half-built tool is never seen."""
    go = shutil.which("go")
    if go is None:
        raise BuildFailed(f"{tool.name} needs Go to be built: install it (https://go.dev/dl/) and put it on PATH")
    environment = {**os.environ, "CGO_ENABLED": "0"} if tool.static else None
    store.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=store.parent, prefix=f".{tool.name}-") as folder:
        built = Path(folder) / "built"
        for name, package in tool.programs:
            argv = [go, "build", "-trimpath", "-ldflags", tool.ldflags, "-o", str(built / name), package]
            _run(argv, tool, environment)
        if tool.name == _CATALOGUE:
            _run([str(built / _CATALOGUE), str(built / "scripts")], tool, None)
        built.rename(store)


def _run(argv: list[str], tool: Tool, environment: Mapping[str, str] | None) -> None:
    completed = subprocess.run(argv, cwd=tool.folder, env=environment, capture_output=True, text=True, check=False)
    if completed.returncode:
        raise BuildFailed(f"{tool.name} cannot be built: {' '.join(argv)}\n{completed.stderr[-4000:]}")


def on_path(tool: Tool) -> Path | None:
    """Return a program on PATH of the pinned major version, where any such version will do."""
    found = shutil.which(tool.name) if tool.on_path else None
    if not found:
        return None
    said = subprocess.run([found, *tool.on_path], capture_output=True, text=True, check=False).stdout
    major = tool.version.split(".", maxsplit=1)[0]
    return Path(found) if said.strip().startswith(f"{major}.") else None


def _link(link: Path, target: Path) -> None:
    """Let a link point to a target, in one step."""
    link.parent.mkdir(parents=True, exist_ok=True)
    partial = link.with_name(f".{link.name}.{os.getpid()}")
    partial.unlink(missing_ok=True)
    partial.symlink_to(target)
    partial.rename(link)


@contextmanager
def _locked(name: str) -> Iterator[None]:
    _root().mkdir(parents=True, exist_ok=True)
    with (_root() / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _root() -> Path:
    return cache_directory() / "tools"


def main() -> int:
    """Build what the command line names, one line each."""
    parser = argparse.ArgumentParser(description="Build the pinned tools into the user's cache directory.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(TOOLS)} (default: all)")
    parser.add_argument("--pinned", action="store_true", help="take no program from PATH")
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.names) - set(TOOLS)):
        parser.error(f"no such tool: {', '.join(unknown)}; there are {', '.join(TOOLS)}")
    for name in arguments.names or TOOLS:
        tool = TOOLS[name]
        try:
            done = build(tool, use_path=not arguments.pinned)
        except BuildFailed as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        print(f"{name} {tool.version or '(ours)'}: {done}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
