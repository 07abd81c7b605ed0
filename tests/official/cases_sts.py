"""What aliyun-python-sdk-sts and aliyun-python-sdk-core do with STS and IMS, by the older signature."""

from __future__ import annotations

import importlib
import json
import os
from typing import Any

import oss2
import pytest

HOST = os.environ["OFFICIAL_HOST"]
ROLE = "acs:ram::1234567890123456:role/uploader"


def make_client(*credential: str) -> Any:
    module: Any = importlib.import_module("aliyunsdkcore.client")
    if not credential:
        return module.AcsClient("local", "local", "cn-shanghai")
    credentials: Any = importlib.import_module("aliyunsdkcore.auth.credentials")
    return module.AcsClient(region_id="cn-shanghai", credential=credentials.StsTokenCredential(*credential))


def call(client: Any, action: str, version: str, method: str = "POST", **parameters: str) -> dict[str, Any]:
    request: Any = importlib.import_module("aliyunsdkcore.request").CommonRequest()
    request.set_domain(HOST)
    request.set_protocol_type("http")
    request.set_version(version)
    request.set_action_name(action)
    request.set_method(method)
    for name, value in parameters.items():
        request.add_query_param(name, value)
    return json.loads(client.do_action_with_exception(request))


def assume(policy: dict[str, Any] | None = None) -> tuple[str, str, str]:
    request: Any = importlib.import_module("aliyunsdksts.request.v20150401.AssumeRoleRequest").AssumeRoleRequest()
    request.set_endpoint(HOST)
    request.set_protocol_type("http")
    request.set_RoleArn(ROLE)
    request.set_RoleSessionName("official")
    if policy is not None:
        request.set_Policy(json.dumps(policy))
    given = json.loads(make_client().do_action_with_exception(request))["Credentials"]
    return given["AccessKeyId"], given["AccessKeySecret"], given["SecurityToken"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_ims_is_called(method: str) -> None:
    assert "MediaInfos" in call(make_client(), "ListMediaBasicInfos", "2020-11-09", method, MaxResults="5")


def test_a_role_is_assumed_and_works_for_ims_and_oss() -> None:
    key = assume()
    assert "MediaInfos" in call(make_client(*key), "ListMediaBasicInfos", "2020-11-09")
    oss2.Bucket(oss2.StsAuth(*key), f"http://{HOST}", "local-media").put_object("official/sts", b"x")


def test_a_policy_narrows_a_role() -> None:
    statement = {"Effect": "Allow", "Action": ["oss:PutObject"], "Resource": ["acs:oss:*:*:local-media/official/*"]}
    key = assume({"Version": "1", "Statement": [statement]})
    bucket = oss2.Bucket(oss2.StsAuth(*key), f"http://{HOST}", "local-media")
    bucket.put_object("official/narrow", b"x")
    with pytest.raises(oss2.exceptions.AccessDenied):
        bucket.get_object("official/narrow")
    with pytest.raises(Exception, match="AccessDenied"):
        call(make_client(*key), "ListMediaBasicInfos", "2020-11-09")


def test_a_caller_hears_who_it_is() -> None:
    assert call(make_client(), "GetCallerIdentity", "2015-04-01")["IdentityType"] == "Account"
    role = call(make_client(*assume()), "GetCallerIdentity", "2015-04-01")
    assert (role["IdentityType"], role["AccountId"]) == ("AssumedRoleUser", "1234567890123456")
