"""A throwaway Kubernetes on this machine: the real control plane, simulated nodes, no containers.

In: a folder and the folder of the built programs. Out: a ``Cluster`` that answers, within seconds.
It never outlives its owners: a supervisor ends it when the last of them is gone, however they went.
"""

from tools.cluster.cluster import USERS, Cluster
from tools.cluster.control_plane import ControlPlane
from tools.cluster.supervisor import StartFailed

__all__ = ["USERS", "Cluster", "ControlPlane", "StartFailed"]
