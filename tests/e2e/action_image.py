"""Build the action's image from the Dockerfile, also where no image registry can be reached.

In: a Docker, and the built tools. Out: the image's name. The base is a small Debian made by debootstrap (or the image
that ``GITOPS_ACTION_BASE_IMAGE`` names), and the tools stage is an image of the programs that are built already.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.e2e.docker_daemon import Docker, NoDocker

if TYPE_CHECKING:
    from tests.conftest import Tools

ROOT = Path(__file__).parents[2]
IMAGE = "gitops-action-test/action"
_BASE = "gitops-action-test/base:bookworm"
_TOOLS = "gitops-action-test/tools"
_PROGRAMS = ("helm", "kustomize", "applicationset-template")
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")


def build_image(docker: Docker, tools: Tools) -> str:
    """Build the image and return its name."""
    base = base_image(docker)
    docker.run("import", "-", _TOOLS, stdin=_tools_archive(tools))
    arguments = (f"BASE_IMAGE={base}", f"TOOLS={_TOOLS}")
    options = [word for argument in arguments for word in ("--build-arg", argument)]
    docker.run("build", "--network=host", "--progress=plain", *options, f"--tag={IMAGE}", str(ROOT))
    return IMAGE


def base_image(docker: Docker) -> str:
    """Return the image to build on, made if need be."""
    if named := os.environ.get("GITOPS_ACTION_BASE_IMAGE"):
        return named
    if not docker.has_image(_BASE):
        docker.run(
            "import",
            "--change",
            "ENV SSL_CERT_FILE=/etc/machine-authorities.pem PIP_CERT=/etc/machine-authorities.pem",
            "-",
            _BASE,
            stdin=_base_archive(),
        )
    return _BASE


def _base_archive() -> bytes:
    """Return a small Debian that trusts what this machine trusts, as pip may be answered by a company's proxy."""
    debootstrap = shutil.which("debootstrap", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if debootstrap is None or os.geteuid() != 0:
        raise NoDocker("no base image: install debootstrap and be root, or name one in GITOPS_ACTION_BASE_IMAGE")
    with tempfile.TemporaryDirectory() as folder:
        argv = [debootstrap, "--variant=minbase", "bookworm", folder]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoDocker(f"debootstrap cannot make a base image: {done.stdout[-1500:]}{done.stderr[-1500:]}")
        shutil.copyfile(_AUTHORITIES, Path(folder) / "etc/machine-authorities.pem")
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            archive.add(folder, arcname=".")
        return packed.getvalue()


def _tools_archive(tools: Tools) -> bytes:
    """Return the programs and the catalogue where the Dockerfile's own tools stage has them."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", dereference=True) as archive:
        for name in _PROGRAMS:
            archive.add(tools.path(name), arcname=f"opt/gitops-action/tools/bin/{name}")
        archive.add(tools.path("catalogue"), arcname="opt/gitops-action/tools/catalogue")
    return packed.getvalue()
