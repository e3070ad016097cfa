"""The health of live objects with all that a machine has for it: settings, and Argo CD's catalogue of scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.adapters.tools import catalogue_dir
from gitops_action.health.assess import assess
from gitops_action.health.overrides import parse_overrides
from gitops_action.lua.catalogue import ScriptFolder, ScriptLibrary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitops_action.health import HealthStatus
    from gitops_action.ports import Clock
    from gitops_action.resource import Resource


def open_assessor(customizations: Mapping[str, str], clock: Clock) -> Callable[[Resource], HealthStatus | None]:
    """Return the function that assesses one object; ``customizations`` are the health keys of the settings.

    Without a catalogue on this machine, kinds that are not built in are judged by their conditions.
    """
    overrides = parse_overrides(customizations)
    folder = catalogue_dir()
    scripts = ScriptLibrary(ScriptFolder(folder)) if folder else ScriptLibrary()

    def assess_one(live: Resource) -> HealthStatus | None:
        return assess(live, overrides, scripts, now=clock.now())

    return assess_one
