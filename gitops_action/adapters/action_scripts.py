"""The actions of live objects with all that a machine has for them: settings, and Argo CD's catalogue of scripts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops_action.adapters.tools import catalogue_dir
from gitops_action.lua.action_scripts import ActionScripts, parse_action_overrides
from gitops_action.lua.actions import discover, run_action
from gitops_action.lua.catalogue import ScriptFolder
from gitops_action.lua.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.lua.actions import ImpactedResource, ResourceAction
    from gitops_action.ports import Clock
    from gitops_action.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRunner:
    """Names and runs the actions of one object at a time; without a catalogue there are those of the settings alone."""

    scripts: ActionScripts
    clock: Clock
    sandbox: Sandbox = field(default_factory=lambda: Sandbox(open_libs=False), compare=False)

    def discover(self, live: Resource) -> tuple[ResourceAction, ...]:
        """Return the actions of an object; raises ``LuaFailed``."""
        return discover(self.sandbox, self.scripts.discovery(live.group_kind), live, now=self.clock.now())

    def run(self, name: str, live: Resource, parameters: Mapping[str, str]) -> tuple[ImpactedResource, ...] | None:
        """Return what an action makes of an object, or ``None`` where it has no script; raises ``LuaFailed``."""
        script = self.scripts.action(live.group_kind, name)
        if script is None:
            return None
        return run_action(self.sandbox, script, live, parameters, now=self.clock.now())


def open_actions(customizations: Mapping[str, str], clock: Clock) -> ActionRunner:
    """Return the actions that the settings and the catalogue of this machine give."""
    folder = catalogue_dir()
    overrides = parse_action_overrides(customizations)
    if folder is None:
        return ActionRunner(scripts=ActionScripts(overrides=overrides), clock=clock)
    return ActionRunner(scripts=ActionScripts(overrides=overrides, builtin=ScriptFolder(folder).read), clock=clock)
