"""The older RPC signature (HMAC-SHA1 over all parameters), sent by the official client that makes it and spoilt."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import oss2
import pytest
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.algorithm import sha_hmac1
from aliyunsdkcore.auth.composer import rpc_signature_composer
from aliyunsdkcore.auth.credentials import StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest, RpcRequest

from tests.local_ims.server import RunningIms
from tests.local_ims.signed_request import Answer, send

STS = "2015-04-01"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def call_older(
    ims: RunningIms,
    action: str,
    *,
    method: str = "GET",
    version: str = "2020-11-09",
    client: Any = None,
    form: dict[str, str] | None = None,
    **query: str,
) -> dict[str, Any]:
    """Through aliyun-python-sdk-core."""
    request: Any = CommonRequest()
    request.set_domain(ims.host)
    request.set_protocol_type("http")
    request.set_version(version)
    request.set_action_name(action)
    request.set_method(method)
    for name, value in query.items():
        request.add_query_param(name, value)
    for name, value in (form or {}).items():
        request.add_body_params(name, value)
    sender: Any = client or AcsClient("local", "local", "cn-shanghai")
    return json.loads(sender.do_action_with_exception(request))


def sign(
    *, method: str = "POST", secret: str = "local", changed: dict[str, str] | None = None, **parameters: str
) -> dict[str, str]:
    """All parameters of a call with their signature, by the official composer; an empty one is left out."""
    signed = {
        "Action": "GetCategories",
        "Version": "2020-11-09",
        "Format": "JSON",
        "AccessKeyId": "local",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": uuid.uuid4().hex,
        "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        **parameters,
    }
    signed = {name: value for name, value in signed.items() if value}
    write_text: Any = getattr(rpc_signature_composer, "__compose_string_to_sign")
    signer: Any = sha_hmac1
    signature = signer.get_sign_string(write_text(method, signed), f"{secret}&")
    return {**signed, "Signature": signature, **(changed or {})}


def post(ims: RunningIms, parameters: dict[str, str]) -> Answer:
    return send(ims, "POST", "/", {"host": ims.host, **FORM}, urlencode(parameters).encode())


def get(ims: RunningIms, parameters: dict[str, str]) -> Answer:
    return send(ims, "GET", f"/?{urlencode(parameters)}", {"host": ims.host})


def test_the_older_client_calls_ims_by_get_by_post_and_with_a_form(
    ims: RunningIms, new_clip: Callable[[], str]
) -> None:
    url = new_clip()
    title = "a b+c~d*e'f(g)/?k=l&m%n \u4e2d\u6587"
    media_id = call_older(ims, "RegisterMediaInfo", method="POST", form={"InputURL": url, "Title": title})["MediaId"]
    for method in ("GET", "POST"):
        answer = call_older(ims, "GetMediaInfo", method=method, MediaId=media_id)
        assert answer["MediaInfo"]["MediaBasicInfo"]["Title"] == title


def test_the_older_client_assumes_a_role_and_works_with_it(ims: RunningIms) -> None:
    given = call_older(ims, "AssumeRole", version=STS, RoleArn="acs:ram::1:role/x", RoleSessionName="me")["Credentials"]
    key = (given["AccessKeyId"], given["AccessKeySecret"], given["SecurityToken"])
    assumed: Any = AcsClient(region_id="cn-shanghai", credential=StsTokenCredential(*key))
    assert call_older(ims, "GetCallerIdentity", version=STS, client=assumed)["IdentityType"] == "AssumedRoleUser"
    ims.bucket(auth=oss2.StsAuth(*key)).put_object("by-older-role", b"x")


def test_the_older_client_hears_what_is_wrong(ims: RunningIms) -> None:
    wrong: Any = AcsClient("local", "wrong", "cn-shanghai")
    request: Any = RpcRequest("ICE", "2020-11-09", "GetCategories")
    request.set_endpoint(ims.host)
    with pytest.raises(ServerException) as refused:
        wrong.do_action_with_exception(request)
    # It has found its own text in the message, which leaves the secret.
    assert "InvalidAccessKeySecret" in str(refused.value)


def test_a_form_alone_is_a_call_with_milliseconds_and_without_headers(ims: RunningIms) -> None:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.123Z", time.gmtime())
    answer = post(ims, sign(Timestamp=stamp, Action="GetCallerIdentity", Version=STS))
    assert (answer.status, answer.body["IdentityType"]) == (200, "Account")


SPOILT: dict[str, tuple[Callable[[], dict[str, str]], str, int]] = {
    "a wrong secret": (lambda: sign(secret="wrong"), "SignatureDoesNotMatch", 400),
    "a changed parameter": (lambda: sign(changed={"CateId": "7"}), "SignatureDoesNotMatch", 400),
    "a changed action": (lambda: sign(changed={"Action": "GetStorageList"}), "SignatureDoesNotMatch", 400),
    "a method that was not signed": (lambda: sign(method="PUT"), "SignatureDoesNotMatch", 400),
    "a signature that is not ASCII": (lambda: sign(changed={"Signature": "\u00e9"}), "SignatureDoesNotMatch", 400),
    "no signature": (lambda: sign(changed={"Signature": ""}), "IncompleteSignature", 400),
    "no nonce": (lambda: sign(SignatureNonce=""), "IncompleteSignature", 400),
    "no key": (lambda: sign(AccessKeyId=""), "IncompleteSignature", 400),
    "another algorithm": (lambda: sign(SignatureMethod="SHA256withRSA"), "IncompleteSignature", 400),
    "another version of it": (lambda: sign(SignatureVersion="2.0"), "IncompleteSignature", 400),
    "a time that is none": (lambda: sign(Timestamp="today"), "InvalidTimeStamp.Format", 400),
    "a late call": (lambda: sign(Timestamp="2020-01-01T00:00:00Z"), "InvalidTimeStamp.Expired", 400),
    "an early call": (lambda: sign(Timestamp="2099-01-01T00:00:00Z"), "InvalidTimeStamp.Expired", 400),
    "an unknown key": (lambda: sign(AccessKeyId="nobody"), "InvalidAccessKeyId.NotFound", 404),
    "a token with a permanent key": (
        lambda: sign(SecurityToken="x"),
        "InvalidSecurityToken.MismatchWithAccessKey",
        400,
    ),
    "XML": (lambda: sign(Format="XML"), "InvalidParameter", 400),
    "no action": (lambda: sign(Action=""), "MissingParameter", 400),
    "no version": (lambda: sign(Version=""), "InvalidAction.NotFound", 404),
    "no such action": (lambda: sign(Action="GetMedium"), "InvalidAction.NotFound", 404),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_form_that_is_not_right_is_told_why_in_json(ims: RunningIms, name: str) -> None:
    parameters, code, status = SPOILT[name]
    answer = post(ims, parameters())
    assert (answer.body["Code"], answer.status) == (code, status)


def test_a_call_in_the_query_is_signed_with_its_method(ims: RunningIms) -> None:
    assert get(ims, sign(method="GET")).status == 200
    assert get(ims, sign(method="POST")).body["Code"] == "SignatureDoesNotMatch"


def test_a_call_is_accepted_once_whichever_way_it_comes(ims: RunningIms) -> None:
    parameters = sign()
    assert post(ims, parameters).status == 200
    assert post(ims, parameters).body["Code"] == "SignatureNonceUsed"


def test_the_signed_action_counts_beside_headers_that_name_another(ims: RunningIms) -> None:
    others = {"x-acs-action": "GetStorageList", "x-acs-version": "2020-11-09"}
    body = urlencode(sign()).encode()
    answer = send(ims, "POST", "/", {"host": ims.host, **FORM, **others}, body)
    assert "SubCategories" in answer.body


def test_the_token_is_not_in_the_text_of_a_wrong_signature(ims: RunningIms) -> None:
    role = {"RoleArn": "acs:ram::1:role/x", "RoleSessionName": "me"}
    given = ims.call("AssumeRole", version=STS, **role)["Credentials"]
    answer = post(ims, sign(AccessKeyId=given["AccessKeyId"], SecurityToken=given["SecurityToken"], secret="wrong"))
    assert answer.body["Code"] == "SignatureDoesNotMatch"
    assert "SecurityToken%3D***" in answer.body["Message"]
    assert given["SecurityToken"][:40] not in answer.body["Message"]


def test_a_form_for_a_bucket_is_left_to_oss(ims: RunningIms) -> None:
    bucket = ims.bucket()
    bucket.put_object("form/a", b"x")
    found: Any = bucket.batch_delete_objects(["form/a"], headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert found.deleted_keys == ["form/a"]
