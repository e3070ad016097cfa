"""The record of an application in the cluster, read and changed as an administrator could."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from tests.e2e.scene import Scene


def record_secret(scene: Scene, namespace: str = "") -> dict[str, Any]:
    """Return the Secret of the one application that was recorded."""
    found = scene.get("v1/secrets", namespace=namespace)["items"]
    [record] = [each for each in found if each["type"] == "gitops-action/record"]
    return dict(record)


def record(scene: Scene, namespace: str = "") -> dict[str, Any]:
    """Return what the record says."""
    content: dict[str, Any] = orjson.loads(base64.b64decode(record_secret(scene, namespace)["data"]["record"]))
    return content


def rewrite(scene: Scene, *, keep_targets: bool = True, **fields: Any) -> None:
    """Change fields of the record, or take away what was rendered."""
    secret = record_secret(scene)
    content = record(scene) | fields
    kept = {key: text for key, text in secret["data"].items() if keep_targets or not key.startswith("targets.")}
    secret["data"] = kept | {"record": base64.b64encode(orjson.dumps(content)).decode()}
    scene.put(f"v1/secrets/{secret['metadata']['name']}", secret, method="PUT")


def operations(scene: Scene) -> list[tuple[int, str, str]]:
    """Return number, kind and phase of the operations that are remembered, newest first."""
    return [(each["id"], each["kind"], each["phase"]) for each in record(scene)["operations"]]
