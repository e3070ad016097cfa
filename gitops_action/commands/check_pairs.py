"""What the two-sided checks have in common: documents of two or three files, paired by what they name.

In: the files' documents. Out: one entry for each object, in the order of the targets, then of what only lives. An
object that stands twice in one file is a ``UsageError``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.application.settings import Settings, parse_settings
from gitops_action.commands.check_files import STANDARD_INPUT, only, read_documents
from gitops_action.comparison.mask import mask_pair
from gitops_action.comparison.secret_mask import NotMaskable, mask_secrets
from gitops_action.errors import UsageError
from gitops_action.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gitops_action.resource import ResourceKey
    from gitops_action.resource.resource import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """One object's sides."""

    key: ResourceKey
    target: Resource | None
    live: Resource | None
    predicted: Resource | None = None

    def __str__(self) -> str:
        """Return ``Secret shop/web``."""
        return f"{self.key.kind} {self.key.namespace}/{self.key.name}".replace(" /", " ")


def read_pairs(target: str, live: str, predicted: str | None = None) -> tuple[Paired, ...]:
    """Return the objects of the files, each with its sides."""
    if [target, live, predicted].count(STANDARD_INPUT) > 1:
        raise UsageError("standard input can be one of the files only", remedy="Write the others to files.")
    lives = _read(live)
    targets = {_placed(key, lives): resource for key, resource in _read(target).items()}
    answers = {_placed(key, lives): answer for key, answer in _read(predicted).items()} if predicted else {}
    if strangers := [key for key in answers if key not in targets or key not in lives]:
        raise UsageError(
            f"{predicted}: {strangers[0].kind} {strangers[0].name} is not in both other files",
            remedy="A dry run predicts what becomes of an object that lives and has a target.",
        )
    return tuple(
        Paired(key=key, target=targets.get(key), live=lives.get(key), predicted=answers.get(key))
        for key in dict.fromkeys((*targets, *lives))
    )


def read_settings(path: str | None) -> Settings:
    """Return the settings of a file, or the defaults."""
    return parse_settings(only(read_documents(path), "ConfigMap", path)) if path else Settings()


def masked_sides(
    pair: Paired, sides: Sequence[JsonObject | None], annotations: Collection[str]
) -> tuple[JsonObject | None, ...]:
    """Return an object's sides as they may be shown; the last two are those that are compared."""
    if (pair.key.group, pair.key.kind) == ("", "Secret"):
        try:
            return mask_secrets(sides, annotations=annotations)
        except NotMaskable as error:
            raise UsageError(
                f"{pair}: {error}", remedy="It is not shown, for it may hold secrets all the same."
            ) from error
    old, new = mask_pair(sides[-2], sides[-1])
    return (*(mask_pair(sides[-1], side)[1] for side in sides[:-2]), old, new)


def _placed(key: ResourceKey, lives: Collection[ResourceKey]) -> ResourceKey:
    """Return the key of the live object that is meant where one of the two does not say its namespace."""
    alike = [live for live in lives if live._replace(namespace="") == key._replace(namespace="")]
    if key in lives or len(alike) != 1 or (key.namespace and alike[0].namespace):
        return key
    return alike[0]


def _read(path: str) -> dict[ResourceKey, Resource]:
    found: dict[ResourceKey, Resource] = {}
    for document in read_documents(path):
        resource = Resource(document.value)
        if not resource.kind or not resource.api_version or not resource.name:
            raise UsageError(
                f"{document}: no Kubernetes object", remedy="Write apiVersion, kind and metadata.name into it."
            )
        if resource.key in found:
            raise UsageError(f"{document}: {resource.kind} {resource.name} stands twice", remedy="Keep one of the two.")
        found[resource.key] = resource
    return found
