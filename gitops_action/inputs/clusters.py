"""Which clusters, and the credentials that open them."""

from __future__ import annotations

from gitops_action.inputs.kinds import Input, Type

CLUSTERS: tuple[Input, ...] = (
    Input(
        name="kubeconfig",
        type=Type.SECRET,
        guarded=True,
        help="Kubeconfig, its content or a path. kubectl's own rules (`KUBECONFIG`, `~/.kube/config`) if absent.",
    ),
    Input(name="context", guarded=True, help="Context of the kubeconfig; its current one if absent."),
    Input(name="server", guarded=True, help="URL of the API server, instead of a kubeconfig."),
    Input(name="ca", guarded=True, help="PEM certificate authority of `server`; the system's if absent."),
    Input(name="token", type=Type.SECRET, guarded=True, help="Bearer token for `server`."),
    Input(
        name="in-cluster",
        type=Type.BOOLEAN,
        default="false",
        help="Use the service account of the pod that the runner lives in.",
    ),
    Input(
        name="allow-exec",
        type=Type.BOOLEAN,
        default="false",
        help="Run the `exec` credential plug-in that a kubeconfig names: you then trust it as you trust a program.",
    ),
    Input(
        name="credentials",
        type=Type.SECRET,
        guarded=True,
        help="Argo CD's repository, repo-creds and cluster Secrets, decrypted: their YAML, or paths of such files that "
        "Git does not track, one a line.",
    ),
    Input(
        name="credentials-namespace",
        guarded=True,
        help="Namespace in the kubeconfig's cluster whose Argo CD Secrets are read, such as `argocd`.",
    ),
    Input(
        name="cluster-uid",
        guarded=True,
        help="UID of namespace `kube-system`; any other cluster is refused.",
    ),
)
