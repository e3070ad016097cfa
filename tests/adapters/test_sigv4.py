"""Signature Version 4 against the signatures that AWS has published."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gitops_action.adapters.sigv4 import UNSIGNED_PAYLOAD, AwsKeys, Scope, presigned_url, signed_headers

SUITE = AwsKeys(access_key_id="AKIDEXAMPLE", secret_access_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
SUITE_TIME = datetime(2015, 8, 30, 12, 36, tzinfo=UTC).timestamp()
SUITE_SCOPE = Scope(region="us-east-1", service="service", time=SUITE_TIME)


@pytest.mark.parametrize(
    ("name", "method", "url", "signature"),
    [
        ("get-vanilla", "GET", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("post-vanilla", "POST", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "get-vanilla-query-order-key-case",
            "GET",
            "?Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
    ],
)
def test_the_cases_of_the_signature_suite(name: str, method: str, url: str, signature: str) -> None:
    whole = f"https://example.amazonaws.com/{url}"
    headers = signed_headers(method, whole, headers={}, body=b"", keys=SUITE, scope=SUITE_SCOPE)
    assert headers == {
        "x-amz-date": "20150830T123600Z",
        "Authorization": (
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            f"SignedHeaders=host;x-amz-date, Signature={signature}"
        ),
    }, name


def test_the_signed_list_of_users_in_the_general_reference() -> None:
    """The example of "Create a signed AWS API request": a further header is signed, as EKS' own is."""
    url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08"
    content_type = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    scope = Scope(region="us-east-1", service="iam", time=SUITE_TIME)
    assert signed_headers("GET", url, headers=content_type, body=b"", keys=SUITE, scope=scope)["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )
    assert presigned_url("GET", url, headers=content_type, keys=SUITE, scope=scope, seconds=60) == (
        "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08&X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fiam%2Faws4_request&X-Amz-Date=20150830T123600Z"
        "&X-Amz-Expires=60&X-Amz-SignedHeaders=content-type%3Bhost"
        "&X-Amz-Signature=37ac2f4fde00b0ac9bd9eadeb459b1bbee224158d66e7ae5fcadb70b2d181d02"
    )


def test_the_presigned_object_in_the_documents_of_s3() -> None:
    keys = AwsKeys(access_key_id="AKIAIOSFODNN7EXAMPLE", secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    scope = Scope(region="us-east-1", service="s3", time=datetime(2013, 5, 24, tzinfo=UTC).timestamp())
    url = "https://examplebucket.s3.amazonaws.com/test.txt"
    assert presigned_url(
        "GET", url, headers={}, keys=keys, scope=scope, seconds=86400, payload=UNSIGNED_PAYLOAD
    ).endswith("&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")


def test_a_session_token_is_signed_and_keys_are_not_shown() -> None:
    keys = AwsKeys(access_key_id="ASIAEXAMPLE", secret_access_key="PLANTED", session_token="PLANTED/token==")
    headers = signed_headers("GET", "https://sts.amazonaws.com/", headers={}, body=b"", keys=keys, scope=SUITE_SCOPE)
    assert headers["x-amz-security-token"] == "PLANTED/token=="
    assert "SignedHeaders=host;x-amz-date;x-amz-security-token," in headers["Authorization"]
    assert "PLANTED" not in repr(keys)
