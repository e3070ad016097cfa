"""Credentials from a kubeconfig's ``exec`` plug-in, run by the Kubernetes client library.

The library is imported only here, when a plug-in is run: it costs a third of a second that no other run should pay.
The plug-in's output is never logged.
"""

from __future__ import annotations

import importlib
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gitops_action.adapters.credentials import check_token, unmasked
from gitops_action.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_EARLY = 120.0
"""Seconds before its expiry from which a token is fetched anew."""

_FRESH = 30.0
"""Seconds within which a token that is refused is not fetched again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecAnswer:
    """What a plug-in gave: a token, or a client certificate with its key."""

    token: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    expires: float | None = None
    """Seconds since the epoch."""


class ExecCredentials:
    """The token of a plug-in, run again shortly before it expires."""

    def __init__(
        self,
        config: Mapping[str, Any],
        cluster: Mapping[str, Any],
        directory: str,
        mask: Callable[[str], None] = unmasked,
    ) -> None:
        self._config = config
        self._cluster = cluster
        self._directory = directory
        self._mask = mask
        self._lock = threading.Lock()
        self._answer: ExecAnswer | None = None
        self._run_at = 0.0

    def __repr__(self) -> str:
        """Return the command alone: its arguments may hold a secret."""
        return f"ExecCredentials({self._config.get('command')!r})"

    def answer(self) -> ExecAnswer:
        """Return what the plug-in gave last, or gives now."""
        with self._lock:
            kept = self._answer
            if kept is None or (kept.expires is not None and time.time() > kept.expires - _EARLY):
                kept = self._answer = run_plugin(self._config, self._cluster, self._directory)
                self._run_at = time.monotonic()
                for secret in filter(None, (kept.token, kept.key)):
                    self._mask(secret)
            return kept

    def authorization(self) -> str:
        """Return the header's value; empty where the plug-in gives certificates."""
        token = self.answer().token
        return f"Bearer {token}" if token else ""

    def secrets(self) -> tuple[str, ...]:
        """Return what the plug-in gave so far."""
        return (self._answer.token,) if self._answer and self._answer.token else ()

    def renewed(self, refused: str) -> bool:
        """Forget the token that was refused, unless it is so new that another would fare no better."""
        with self._lock:
            if self._answer is None or f"Bearer {self._answer.token}" != refused:
                return True
            if time.monotonic() - self._run_at < _FRESH:
                return False
            self._answer = None
            return True


def run_plugin(config: Mapping[str, Any], cluster: Mapping[str, Any], directory: str) -> ExecAnswer:
    """Run the plug-in of a kubeconfig's user once."""
    provider = importlib.import_module("kubernetes.config.exec_provider")
    node = importlib.import_module("kubernetes.config.kube_config").ConfigNode
    failures = importlib.import_module("kubernetes.config.config_exception").ConfigException
    command = str(config.get("command") or "")
    try:
        status = provider.ExecProvider(node("exec", dict(config)), directory, node("cluster", dict(cluster))).run()
    except FileNotFoundError as error:
        raise ClusterError(
            f"the kubeconfig's plug-in `{command}` is not installed here",
            remedy="Programs of the runner are not in the action's container. " + _CURE,
        ) from error
    except (failures, OSError) as error:
        raise ClusterError(
            f"the kubeconfig's plug-in `{command}` gave no credentials", detail=str(error)[:2000], remedy=_CURE
        ) from error
    return _read(status, command)


_CURE = (
    "Write the kubeconfig with a token in it in a step before, or set the inputs server, ca and token. "
    "For EKS, GKE and AKS nothing of that is needed: see docs/credentials.md."
)
_GRANT = "Give the job `id-token: write`, and the step the variables that docs/credentials.md names for this cloud."


def refused(command: str, lacking: str = "") -> ClusterError:
    """Return the error that says why a plug-in is not run, and what to do instead.

    ``lacking`` is what the job lacks for a token that could be made without the program; empty where none can be.
    """
    return ClusterError(
        f"the cluster's credentials come from the program `{command}`, which is not run here",
        detail=f"Its token can be made without it, but {lacking}." if lacking else "",
        remedy=_GRANT if lacking else _CURE,
    )


def _read(status: Mapping[str, Any], command: str) -> ExecAnswer:
    answer = ExecAnswer(
        token=str(status.get("token") or ""),
        certificate=str(status.get("clientCertificateData") or ""),
        key=str(status.get("clientKeyData") or ""),
        expires=_timestamp(str(status.get("expirationTimestamp") or ""), command),
    )
    if answer.token:
        check_token(answer.token, f"the token of the plug-in `{command}`")
    elif not (answer.certificate and answer.key):
        raise ClusterError(f"the kubeconfig's plug-in `{command}` gave neither token nor certificate", remedy=_CURE)
    return answer


def _timestamp(text: str, command: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp() if text else None
    except ValueError as error:
        raise ClusterError(
            f"the kubeconfig's plug-in `{command}` gave an expirationTimestamp that is no time", remedy=_CURE
        ) from error
