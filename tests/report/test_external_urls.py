"""Where an application can be visited, as far as its objects say so in a way that can be trusted."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_action.report.external_urls import external_urls
from gitops_action.resource import Resource


def made(api_version: str, kind: str, spec: Any, **annotations: str) -> Resource:
    metadata = {"name": "web", "annotations": annotations}
    return Resource({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec})


def ingress(*hosts: str, tls: tuple[str, ...] = ()) -> Resource:
    spec = {"rules": [{"host": host} for host in hosts], "tls": [{"hosts": list(tls)}]}
    return made("networking.k8s.io/v1", "Ingress", spec)


def test_the_hosts_of_an_ingress_with_its_certificates_first() -> None:
    found = external_urls([ingress("plain.example", "shop.example", tls=("shop.example",))])
    assert found == ("https://shop.example", "http://plain.example")


def test_the_hosts_of_gateways_and_their_routes() -> None:
    gateway = {
        "listeners": [{"hostname": "a.example", "protocol": "HTTP"}, {"hostname": "b.example", "protocol": "TCP"}]
    }
    route = {"hostnames": ["c.example"]}
    group = "gateway.networking.k8s.io/v1"
    assert external_urls([made(group, "Gateway", gateway), made(group, "HTTPRoute", route)]) == (
        "https://c.example",
        "http://a.example",
    )


def test_argo_cds_link_annotations_with_and_without_a_title() -> None:
    annotations = {
        "link.argocd.argoproj.io/external-link": "https://grafana.example/d/1",
        "link.argocd.argoproj.io/wiki": "Wiki|https://wiki.example",
        "other": "https://other.example",
    }
    resource = Resource(
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "annotations": annotations}}
    )
    assert external_urls([resource, resource]) == ("https://grafana.example/d/1", "https://wiki.example")


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://user:secret@shop.example",
        "https://sh op.example",
        "https://[::1",
        "//shop.example",
        "https://",
        'https://shop.example"onclick=',
        "",
    ],
)
def test_what_is_no_plain_address_is_left_out(link: str) -> None:
    annotations = {"link.argocd.argoproj.io/x": link}
    resource = Resource(
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "annotations": annotations}}
    )
    assert external_urls([resource]) == ()


@pytest.mark.parametrize("spec", [None, [], {"rules": None}, {"rules": ["x"], "tls": 5}, {"rules": [{"host": "*.a"}]}])
def test_an_object_in_another_shape_has_no_address(spec: Any) -> None:
    assert external_urls([made("networking.k8s.io/v1", "Ingress", spec)]) == ()
