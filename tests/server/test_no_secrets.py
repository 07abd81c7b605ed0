"""Everything run with recognisable secrets: none of them in any log line, error text or result."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

from tests.client.scripted_service import Answer, Arrived, ScriptedService, refusal
from tests.server.test_stdio import HANDSHAKE, talk

KEY_SECRET = "RecognisableKeySecret000000001"
TOKEN = "RecognisableSecurityToken00000002"
UPLOAD_SECRET = "RecognisableUploadSecret0000003"
URL_SIGNATURE = "RecognisableUrlSignature0000004"
SECRETS = (KEY_SECRET, TOKEN, UPLOAD_SECRET, URL_SIGNATURE)
UPLOAD_AUTH = base64.b64encode(json.dumps({"AccessKeySecret": UPLOAD_SECRET, "SecurityToken": TOKEN}).encode()).decode()
SIGNED = f"https://b.oss-cn-shanghai.aliyuncs.com/k.mp4?Expires=1&OSSAccessKeyId=STS.x&Signature={URL_SIGNATURE}"


def answer(request: Arrived) -> Answer:
    signature = request.headers["authorization"].rpartition("=")[2]
    match request.action:
        case "UpdateMediaInfo":
            return refusal(400, "SignatureDoesNotMatch", f"server string to sign is: {signature} {TOKEN}")
        case "RegisterMediaInfo":
            return Answer(502, f"<html>{signature} {TOKEN}</html>".encode(), {"content-type": "text/html"})
        case "CreateUploadStream":
            address = base64.b64encode(b'{"Endpoint":"e","Bucket":"b","FileName":"f"}').decode()
            return Answer(body={"MediaId": "m", "UploadAddress": address, "UploadAuth": UPLOAD_AUTH, "RequestId": "r"})
        case "GetPlayInfo":
            return Answer(body={"PlayInfoList": [{"PlayURL": SIGNED}], "RequestId": "r"})
        case _:
            basic = {"CoverURL": SIGNED, "Snapshots": json.dumps([SIGNED]), "Status": "Normal"}
            file = {"FileBasicInfo": {"FileUrl": SIGNED, "FileName": "k.mp4"}}
            return Answer(body={"MediaInfo": {"MediaBasicInfo": basic, "FileInfoList": [file]}, "RequestId": "r"})


def call(number: int, tool: str, **arguments: Any) -> dict[str, Any]:
    parameters = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": parameters}


def test_no_secret_token_or_signature_is_logged_or_shown(tmp_path: Path) -> None:
    calls = [
        call(10, "get_media_info", MediaId="m"),
        call(11, "get_media_info", MediaId="m", view="full"),
        call(12, "get_media_info", MediaId="m", view="files"),
        call(13, "get_media_info", MediaId="m", query="MediaInfo"),
        call(14, "get_play_info", MediaId="m"),
        call(15, "update_media_info", MediaId="m", Title="t"),
        call(16, "register_media_info", InputURL="oss://b/k"),
        call(17, "create_upload_stream", MediaId="m"),
        call(18, "create_upload_stream", MediaId="m", query="UploadAuth"),
        call(19, "get_media_info", MediaId="m", query="[["),
    ]
    with ScriptedService(usual=answer) as service:
        answers, errors = talk(
            [*HANDSHAKE, *calls],
            *("--endpoint", service.url, "--log-level", "debug"),
            environment={
                "HOME": str(tmp_path),
                "ALIBABA_CLOUD_ACCESS_KEY_ID": "STS.Recognisable",
                "ALIBABA_CLOUD_ACCESS_KEY_SECRET": KEY_SECRET,
                "ALIBABA_CLOUD_SECURITY_TOKEN": TOKEN,
            },
        )
        sent = {request.headers["authorization"].rpartition("=")[2] for request in service.arrived}
        assert {request.headers["x-acs-security-token"] for request in service.arrived} == {TOKEN}
    everything = json.dumps(answers, ensure_ascii=False) + errors
    assert len(sent) >= 8
    assert not [secret for secret in (*SECRETS, *sent, UPLOAD_AUTH) if secret in everything]


def test_asked_for_they_come(tmp_path: Path) -> None:
    calls = [
        call(10, "get_media_info", MediaId="m", view="full", include_signed_urls=True),
        call(11, "create_upload_stream", MediaId="m", include_credentials=True),
    ]
    with ScriptedService(usual=answer) as service:
        answers, errors = talk(
            [*HANDSHAKE, *calls],
            *("--endpoint", service.url),
            environment={
                "HOME": str(tmp_path),
                "ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAIx",
                "ALIBABA_CLOUD_ACCESS_KEY_SECRET": KEY_SECRET,
            },
        )
    results = json.dumps(answers)
    assert URL_SIGNATURE in results
    assert UPLOAD_AUTH in results
    assert not re.search("Recognisable", errors)
