"""The workflow's own identity: a token that GitHub signs for one audience, as ``id-token: write`` allows.

In: the environment of the job. Out: the token, masked; or the contents of a token file that a pod has instead. It says
which repository, branch and environment the job runs for, and a cloud trusts it for that.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from gitops_action.adapters.cloud import Question, required
from gitops_action.errors import ClusterError

if TYPE_CHECKING:
    from gitops_action.adapters.cloud import Cloud

URL = "ACTIONS_ID_TOKEN_REQUEST_URL"
TOKEN = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105 - a variable's name
_SERVICE = "GitHub's token service (id-token)"
GRANT = "Grant the job what it needs:\n\n    permissions:\n      contents: read\n      id-token: write\n"


def has_identity(cloud: Cloud, file_variable: str = "") -> bool:
    """Return whether the job may ask for its identity, or has it in the file that a variable names."""
    return bool((cloud.text(URL) and cloud.text(TOKEN)) or (file_variable and cloud.text(file_variable)))


def identity_token(cloud: Cloud, audience: str, file_variable: str = "") -> str:
    """Return a token for an audience: what the file says that a variable names, else GitHub's word."""
    token = _from_file(cloud, file_variable) if file_variable and cloud.text(file_variable) else _asked(cloud, audience)
    cloud.mask(token)
    return token


def _asked(cloud: Cloud, audience: str) -> str:
    url, token = cloud.text(URL), cloud.text(TOKEN)
    if not (url and token):
        raise ClusterError("this job may not ask GitHub for its identity", remedy=GRANT)
    cloud.mask(token)
    question = Question(
        service=_SERVICE,
        method="GET",
        url=f"{url}{'&' if '?' in url else '?'}audience={quote(audience, safe='')}",
        headers={"Authorization": f"Bearer {token}"},
        remedy=GRANT,
    )
    return required(cloud.ask_json(question), "value", _SERVICE)


def _from_file(cloud: Cloud, variable: str) -> str:
    path = Path(cloud.text(variable))
    try:
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ClusterError(
            f"the token file {path}, which {variable} names, cannot be read",
            detail=(isinstance(error, OSError) and error.strerror) or "it is not text",
        ) from error
    if not token:
        raise ClusterError(f"the token file {path}, which {variable} names, is empty")
    return token
