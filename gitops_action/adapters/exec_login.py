"""What becomes of an ``exec`` entry: its token made here, its program run, or an error that says how to go on.

In: the entry as a kubeconfig has it. Out: ``Credentials``. A program is run only where that is allowed, and where its
token cannot be made without it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gitops_action.adapters.credentials import unmasked
from gitops_action.adapters.exec_credentials import ExecCredentials, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitops_action.adapters.credentials import Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecRules:
    """How a run treats what its clusters' entries ask for."""

    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    mask: Callable[[str], None] = unmasked
    allow_exec: bool = False
    in_container: bool = False


def credentials_of(
    plugin: Mapping[str, Any], cluster: Mapping[str, Any], *, server: str, directory: str, rules: ExecRules
) -> Credentials:
    """Return who we are by an ``exec`` entry; ``cluster`` is the kubeconfig's entry, which a program is told."""
    # Imported here, for most kubeconfigs have no such entry.
    from gitops_action.adapters.cloud import Cloud  # noqa: PLC0415
    from gitops_action.adapters.cloud_login import Program, token_instead  # noqa: PLC0415

    command = str(plugin.get("command") or "")
    arguments = plugin.get("args")
    program = Program(
        command=command,
        arguments=tuple(str(argument) for argument in arguments) if isinstance(arguments, list) else (),
        environment=_environment(plugin.get("env")),
        server=server,
    )
    made = token_instead(program, Cloud(environ=rules.environ, mask=rules.mask))
    if not isinstance(made, str):
        return made
    if rules.allow_exec:
        return ExecCredentials(plugin, cluster, directory, rules.mask)
    raise refused(command, made)


def _environment(entries: Any) -> dict[str, str]:
    listed = entries if isinstance(entries, list) else []
    return {
        str(each["name"]): str(each.get("value") or "") for each in listed if isinstance(each, dict) and "name" in each
    }
