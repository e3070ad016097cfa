"""What is shown of a row: what the sync would leave, without what a dry run makes up."""

from __future__ import annotations

from gitops_action.comparison.display import sides
from gitops_action.comparison.model import Method, ResourceComparison, SyncStatusCode
from tests.comparison.objects import named, parse

ANSWER = """
spec:
  clusterIP: 10.96.0.7
  clusterIPs: [10.96.0.7]
  type: NodePort
  ports: [{name: a, port: 80, nodePort: 30001}, {name: b, port: 81, nodePort: 30002}]
"""


def test_addresses_that_a_dry_run_makes_up_for_a_new_service_are_not_shown() -> None:
    target = named("v1", "Service", parse("spec: {ports: [{name: a, port: 80}, {name: b, port: 81, nodePort: 30002}]}"))
    row = ResourceComparison(
        key=target.key,
        kind=None,
        target=target,
        predicted=named("v1", "Service", parse(ANSWER)),
        status=SyncStatusCode.OUT_OF_SYNC,
        method=Method.CREATION,
    )
    _, new = sides(row)
    assert new is not None
    assert new["spec"] == {
        "type": "NodePort",
        "ports": [{"name": "a", "port": 80}, {"name": "b", "port": 81, "nodePort": 30002}],
    }
