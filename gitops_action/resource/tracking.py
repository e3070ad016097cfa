"""Whose an object is: Argo CD's tracking annotation, and the label that is an index to it.

The annotation alone decides ownership; the label only makes a ``LIST`` small. Rules: TRK-1 to TRK-11 and the
table of methods in Argo CD's resource tracking.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gitops_action.errors import ApplicationError
from gitops_action.resource.key import ResourceKey

if TYPE_CHECKING:
    from gitops_action.resource.resource import Resource

TRACKING_ID = "argocd.argoproj.io/tracking-id"
INSTALLATION_ID = "argocd.argoproj.io/installation-id"
INSTANCE_LABEL = "argocd.argoproj.io/instance"
_LABEL_LIMIT = 63
_BAD_END = re.compile(r"[^A-Za-z0-9]+\Z")


class TrackingMethod(StrEnum):
    """Where the owner of an object is written."""

    ANNOTATION = "annotation"
    LABEL = "label"
    ANNOTATION_AND_LABEL = "annotation+label"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """How one application marks what is its own.

    ``instance`` is the application's name, ``namespace_name`` outside the control plane (TRK-5); ``namespace`` its
    destination's, which cluster-scoped objects carry in their tracking-id as well (TRK-7).
    """

    instance: str
    namespace: str
    method: TrackingMethod = TrackingMethod.ANNOTATION_AND_LABEL
    label_key: str = INSTANCE_LABEL
    installation_id: str = ""

    @property
    def label_value(self) -> str:
        """The instance as a label; beside the annotation it is cut to 63 characters that end in a letter or digit."""
        if self.method is TrackingMethod.LABEL or len(self.instance) <= _LABEL_LIMIT:
            return self.instance
        cut = _BAD_END.sub("", self.instance[:_LABEL_LIMIT])
        if not cut:
            raise ApplicationError(
                f"the name of application {self.instance} cannot be cut to a label that ends in a letter or digit",
                remedy="Rename the application.",
            )
        return cut

    @property
    def selector(self) -> str:
        """The label selector that finds this application's objects."""
        return f"{self.label_key}={self.label_value}"

    def tracking_id(self, key: ResourceKey) -> str:
        """Return ``<app>:<group>/<kind>:<namespace>/<name>`` (TRK-4)."""
        return f"{self.instance}:{key.group}/{key.kind}:{key.namespace or self.namespace}/{key.name}"

    def mark(self, target: Resource) -> Resource:
        """Return the target as it is applied: tracked; CRDs never are (TRK-8), nor anything without a name (TRK-9)."""
        if is_crd(target) or not self.instance or not self.label_key:
            return target
        marked = target
        if self.method is not TrackingMethod.LABEL:
            kept = {name: value for name, value in target.annotations.items() if name != INSTALLATION_ID}
            added = {INSTALLATION_ID: self.installation_id} if self.installation_id else {}
            marked = target.with_metadata(annotations={**kept, **added, TRACKING_ID: self.tracking_id(target.key)})
        if self.method is not TrackingMethod.ANNOTATION:
            marked = marked.with_labels({self.label_key: self.label_value})
        return marked

    def owner(self, live: Resource) -> str:
        """Return the instance name that a live object is tracked for; empty for nobody (TRK-3, TRK-6)."""
        if self.method is TrackingMethod.LABEL:
            return live.labels.get(self.label_key, "")
        parsed = self._parsed(live)
        return parsed[0] if parsed else ""

    def is_self_reference(self, live: Resource | None, target: Resource | None = None) -> bool:
        """Return whether a live object is what is tracked, not a copy that has the same annotation (TRK-14)."""
        if live is None or self.method is TrackingMethod.LABEL:
            return True
        if target is not None:
            return _is_named(live, target.key)
        parsed = self._parsed(live)
        return parsed is None or _is_named(live, parsed[1])

    def _parsed(self, live: Resource) -> tuple[str, ResourceKey] | None:
        """Return what the tracking-id says, unless another installation wrote it (TRK-3)."""
        annotations = live.annotations
        if self.installation_id and annotations.get(INSTALLATION_ID) != self.installation_id:
            return None
        return parse_tracking_id(annotations.get(TRACKING_ID, ""))


def parse_tracking_id(text: str) -> tuple[str, ResourceKey] | None:
    """Return the instance name and key that a tracking-id says, or ``None`` if it is none (TRK-6)."""
    parts = str(text).split(":", 2)
    if len(parts) != 3 or parts[1].count("/") != 1 or parts[2].count("/") != 1:
        return None
    group, kind = parts[1].split("/")
    namespace, name = parts[2].split("/")
    return parts[0], ResourceKey(group, kind, namespace, name)


def is_crd(resource: Resource) -> bool:
    """Return whether the object is a CustomResourceDefinition."""
    return resource.group == "apiextensions.k8s.io" and resource.kind == "CustomResourceDefinition"


def _is_named(live: Resource, key: ResourceKey) -> bool:
    same = (key.group, key.kind, key.name) == (live.group, live.kind, live.name)
    return same and live.namespace in (key.namespace, "")
