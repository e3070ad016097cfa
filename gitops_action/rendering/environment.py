"""The environment of a renderer: nothing of ours.

In: the scratch directory of the run. Out: a whole environment. It never holds a credential, a kubeconfig, the
runner's variables or a PATH: helm and kustomize need no other program to render, and without one kustomize finds no
git. What would go out to a network goes to a proxy on a port where nobody listens.
"""

from __future__ import annotations

from pathlib import PurePath

_NOBODY = "http://127.0.0.1:9"
"""Port 9 is reserved for discarding; a container has no such service."""


def renderer_environment(scratch: str) -> dict[str, str]:
    """Return the environment for helm and kustomize, with every home directory below ``scratch``."""
    network = {"HTTP_PROXY": _NOBODY, "HTTPS_PROXY": _NOBODY, "NO_PROXY": "", "GIT_ALLOW_PROTOCOL": ""}
    return home_environment(scratch) | network


def home_environment(scratch: str) -> dict[str, str]:
    """Return what every child gets: home directories below ``scratch``, and a language."""
    home = PurePath(scratch, "home")
    places = {
        "HOME": home,
        "TMPDIR": PurePath(scratch),
        "XDG_CACHE_HOME": home / "cache",
        "XDG_CONFIG_HOME": home / "config",
        "XDG_DATA_HOME": home / "data",
        "HELM_CACHE_HOME": home / "cache" / "helm",
        "HELM_CONFIG_HOME": home / "config" / "helm",
        "HELM_DATA_HOME": home / "data" / "helm",
        "HELM_PLUGINS": home / "plugins",
    }
    return {name: str(place) for name, place in places.items()} | {"LC_ALL": "C.UTF-8"}
