"""What a configuration file says, and every mistake of a bad one at once, each with its place and what would do."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ims_mcp.catalogue import Effect, operations
from ims_mcp.catalogue.named_toolsets import CORE
from ims_mcp.config.mistakes import ConfigError
from ims_mcp.config.model import Account, Config, Grant, Role
from ims_mcp.config.reading import MOST_BYTES, read_config
from ims_mcp.config.rights import Right
from tests.config.written import GOOD, list_mistakes, write_config

KEY_ID = "LTAI5tRecognisableKeyId"
SECRET = "RecognisableSecret1OfTheTest42"
ARN = "acs:ram::1234567890123456:role/ims"
POLICY = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "ice:Get*", "Resource": "*"}]}

WHOLE = f"""
[accounts.studio]
profile = "studio"
regions = ["cn-shanghai", "cn-beijing", "cn-shanghai"]
bucket = "studio-media"
[accounts.studio.role]
arn = "{ARN}"
session_name = "team@ims"
external_id = "ext:1"
duration_seconds = 1800
sts_endpoint = "https://sts-vpc.cn-shanghai.aliyuncs.com"
policy = {{ Version = "1", Statement = [{{ Effect = "Allow", Action = "ice:Get*", Resource = "*" }}] }}
[accounts.studio.endpoints]
cn-shanghai = "ice-vpc.cn-shanghai.aliyuncs.com"
[accounts.studio.oss_endpoints]
cn-beijing = "https://oss-cn-beijing-internal.aliyuncs.com"
[accounts.plain]
[accounts.sandbox]
local = true

[[grants]]
name = "editors"
subjects = ["ann", "bob", "ann"]
accounts = ["studio", "plain", "studio"]
toolsets = ["core", "editing"]
destructive = "allow"
costs = false
[[grants]]
claims = {{ groups = ["editors"], tier = ["a", "b"] }}
accounts = ["studio"]
toolsets = ["core", "all"]
destructive = "never"
[[grants]]
subjects = ["*"]
accounts = ["sandbox"]
read_only = true
"""


def test_a_file_is_read_as_it_is_meant(tmp_path: Path) -> None:
    editing = {operation.name for operation in operations("editing")}
    role = Role(
        ARN,
        "team@ims",
        json.dumps(POLICY, separators=(",", ":")),
        "ext:1",
        1800,
        "sts-vpc.cn-shanghai.aliyuncs.com",
    )
    assert read_config(write_config(tmp_path, WHOLE)) == Config(
        {
            "studio": Account(
                "studio",
                ("cn-shanghai", "cn-beijing"),
                "studio",
                role,
                {"cn-shanghai": "https://ice-vpc.cn-shanghai.aliyuncs.com"},
                {"cn-beijing": "https://oss-cn-beijing-internal.aliyuncs.com"},
                "studio-media",
            ),
            "plain": Account("plain"),
            "sandbox": Account("sandbox", local=True),
        },
        (
            Grant(
                ("studio", "plain"),
                Right(asks=False, costs=False, operations=frozenset({*CORE, *editing})),
                ("ann", "bob"),
                name="editors",
            ),
            Grant(
                ("studio",),
                Right(frozenset({Effect.READ, Effect.WRITE})),
                claims={"groups": ("editors",), "tier": ("a", "b")},
            ),
            Grant(("sandbox",), Right(frozenset({Effect.READ})), ("*",)),
        ),
    )


def test_what_editors_and_systems_add_is_no_mistake(tmp_path: Path) -> None:
    path = write_config(tmp_path, "")
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert list(read_config(path).accounts) == ["studio"]
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    assert read_config(link) == read_config(path)


def test_a_policy_may_be_written_as_json(tmp_path: Path) -> None:
    text = json.dumps(POLICY, indent=2)
    path = write_config(tmp_path, f"[accounts.a.role]\narn = '{ARN}'\npolicy = '''\n{text}'''\n")
    role = read_config(path).accounts["a"].role
    assert role is not None and json.loads(role.policy or "") == POLICY


EVERY_KIND = f"""
grant = 1
[accounts.Studio]
local = "yes"
[accounts."my account"]
[accounts.studio]
profile = ""
region = "cn-shanghai"
regions = ["cn-shanghai", "beijing", 3]
bucket = "Studio_Media"
[accounts.studio.role]
arn = "acs:ram::1234567890123456:user/ims"
session_name = "a b"
external_id = "{KEY_ID}"
duration_seconds = 60
sts_endpoint = "http://127.0.0.1:80"
policy = "{{"
access_key_secret = "{SECRET}"
[accounts.studio.endpoints]
cn-shanghai = "http://ice.cn-shanghai.aliyuncs.com"
cn-beijng = "ice.cn-beijing.aliyuncs.com"
[accounts.box]
local = true
profile = "x"
endpoints = {{}}
[[grants]]
name = "nobody"
accounts = ["studo"]
toolsets = ["core", "edting"]
read_only = "yes"
destructive = "Ask"
[[grants]]
subjects = ["ann", " "]
claims = {{ groups = [] }}
costs = 1
[[grants]]
subjects = "ann"
accounts = []
toolsets = []
read_only = true
destructive = "allow"
"""


def test_all_mistakes_of_a_file_are_told_at_once_in_its_order(tmp_path: Path) -> None:
    no_secrets = (
        "No secret belongs into this file: take it out, make it invalid if others could read the file, and name a "
        "profile of ~/.aliyun/config.json instead (profile), or leave it to the server's environment."
    )
    name_rule = "use up to 40 small letters, digits, _ and -, beginning with a letter or a digit."
    no_local = "An embedded IMS (local = true) has none; leave it out here, or leave local out."
    assert list_mistakes(write_config(tmp_path, EVERY_KIND)) == [
        "grant: There is no “grant” here; did you mean grants?",
        f"accounts.Studio: “Studio” cannot be the name of an account; {name_rule}",
        "accounts.Studio.local: “yes” is not true or false; write one of them, without quotation marks.",
        f'accounts."my account": “my account” cannot be the name of an account; {name_rule}',
        "accounts.studio.profile: It is empty; name a profile of ~/.aliyun/config.json, or leave it out for the "
        "official chain.",
        "accounts.studio.region: There is no “region” here; did you mean regions?",
        "accounts.studio.regions[1]: “beijing” is not a region id; name one such as cn-shanghai.",
        "accounts.studio.regions[2]: 3 is not a text; write it in quotation marks.",
        "accounts.studio.bucket: “Studio_Media” is not the name of a bucket; it has 3 to 63 small letters, digits and "
        "hyphens, no hyphen at either end.",
        "accounts.studio.role.arn: “acs:ram::1234567890123456:user/ims” is not the ARN of a role; it reads "
        "acs:ram::1234567890123456:role/name, as RAM shows it.",
        "accounts.studio.role.session_name: “a b” is not the name of a session; use 2 to 64 letters, digits and . @ _ "
        "-",
        f"accounts.studio.role.external_id: A credential stands here. {no_secrets}",
        "accounts.studio.role.duration_seconds: 60 is not how long a session may last; give 900 to 43200 seconds, and "
        "no more than the role's own limit (3600 unless raised).",
        "accounts.studio.role.sts_endpoint: “http://127.0.0.1:80” would send credentials unencrypted; give the host, "
        "such as sts.cn-shanghai.aliyuncs.com.",
        "accounts.studio.role.policy: It is not JSON (line 1, column 2 of the text); write a policy of RAM as a table "
        "or as JSON.",
        f"accounts.studio.role.access_key_secret: A credential stands here. {no_secrets}",
        "accounts.studio.endpoints.cn-shanghai: The endpoint “http://ice.cn-shanghai.aliyuncs.com” would send calls "
        "unencrypted. Use https; plain http is accepted for 127.0.0.1 only.",
        "accounts.studio.endpoints.cn-beijng: “cn-beijng” is no region of this account; there are: cn-shanghai.",
        f"accounts.box.profile: {no_local}",
        f"accounts.box.endpoints: {no_local}",
        'grants[0]: It is for nobody; name subjects = ["ann"] or claims = { groups = ["editors"] }; "*" as a subject '
        "is anybody.",
        "grants[0].accounts[0]: “studo” is no account of this file; did you mean studio?",
        "grants[0].toolsets[1]: “edting” is not a toolset; did you mean editing?",
        "grants[0].read_only: “yes” is not true or false; write one of them, without quotation marks.",
        "grants[0].destructive: “Ask” is none of ask, page, allow, never; write one of them in quotation marks.",
        "grants[1].accounts: It is missing; name the accounts.",
        "grants[1].subjects[1]: It is empty; write a name, or leave it out.",
        "grants[1].claims.groups: It is empty, so nobody has it; name a value, or leave it out.",
        "grants[1].costs: 1 is not true or false; write one of them, without quotation marks.",
        'grants[2].subjects: “ann” is not a list; write one in brackets, such as ["one", "two"].',
        "grants[2].accounts: It is empty, so nothing is granted; name one.",
        "grants[2].toolsets: It is empty, so nothing is granted; name one, or leave it out for all operations.",
        "grants[2].destructive: “allow” means nothing with read_only = true; leave one of them out.",
    ]


def test_the_error_names_the_file_and_has_a_line_for_each_mistake(tmp_path: Path) -> None:
    path = write_config(tmp_path, "[accounts.a]\nx = 1\ny = 2\n")
    with pytest.raises(ConfigError) as refused:
        read_config(path)
    first, *lines, last = refused.value.explain().split("\n")
    assert first == f"The configuration file {path} has 2 mistakes:"
    assert [line[:17] for line in lines] == ["- accounts.a.x: T", "- accounts.a.y: T"]
    assert last == "Correct every line above; ims-mcp config check FILE says whether the file is good."


def test_thousands_of_mistakes_are_counted_in_a_text_that_has_an_end(tmp_path: Path) -> None:
    path = write_config(tmp_path, "[accounts.a]\n" + "".join(f"k{at} = 1\n" for at in range(5_000)))
    with pytest.raises(ConfigError) as refused:
        read_config(path)
    assert len(refused.value.mistakes) == 5_000
    text = refused.value.explain()
    assert len(text) < 20_000 and "5,000 mistakes" in text and " more\n" in text


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", ": It is empty"),
        ("\n \n", ": It is empty"),
        ("# nothing\n", "accounts: It is missing; name the accounts."),
        ("accounts = {}", "accounts: There is no account; name one, such as [accounts.main]."),
        ("accounts = []", "accounts: A list is not a table"),
        ("accounts = 2026-01-01", "accounts: A date or time is not a table"),
        ("[accounts]\na = 1", "accounts.a: 1 is not a table"),
        ("[accounts.a]\nrole = {}", "accounts.a.role.arn: It is missing; name the role"),
        ("[accounts.a]\nregions = []", "accounts.a.regions: It is empty; name a region, or leave it out"),
        ("[accounts.a]\nprofile = ' a'", "accounts.a.profile: “a” holds blanks at its ends"),
        ("[accounts.a]\nprofile = 'a\u202eb'", "accounts.a.profile: “ab” holds blanks at its ends, characters that"),
        ("[accounts.a]\n'b\\n\u202e' = 1", 'accounts.a."b\\\\n": There is no “b\\n” here'),
        ("[accounts.a]\nlocal = true\n[accounts.a.role]\narn = 'x'", "accounts.a.role: An embedded IMS"),
        ("grants = [1]\n[accounts.a]", "grants[0]: 1 is not a table"),
        ("[grants]\n[accounts.a]", "grants: A table is not a list of grants; begin each with [[grants]]."),
        (f"[accounts.a]\nx.{'a.' * 2_000}b = 1", "accounts.a.x: There is no “x” here"),
        (f"{GOOD}toolset = ['core']", "grants[0].toolset: There is no “toolset” here; did you mean toolsets?"),
        (f"{GOOD}claims = {{ groups = 'a' }}", "grants[0].claims.groups: “a” is not a list"),
        ("[[grants]]\naccounts = ['a']\nsubjects = ['*']", "grants[0].accounts[0]: “a” is no account of this file; th"),
    ],
)
def test_each_mistake_says_what_would_do(text: str, mistake: str, tmp_path: Path) -> None:
    mistakes = list_mistakes(write_config(tmp_path, text))
    assert any(each.startswith(mistake.removeprefix(": ")) for each in mistakes), mistakes


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[accounts.a]\nregions = [\n", "end of document"),
        ("[accounts.a]\n\nbucket = a\n", "line 3, column 10"),
        ("[accounts.a]\n[accounts.a]\n", "line 2, column 12"),
        ("[accounts.a]\nx = 1\nx = 2\n", "line 3, column 6"),
        (f"[accounts.a]\nx = {'9' * 5_000}\n", ""),
        (f"x = {'[' * 100_000}", ""),
    ],
)
def test_what_is_no_toml_is_told_with_line_and_column(text: str, where: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        read_config(write_config(tmp_path, text))
    (mistake,) = refused.value.mistakes
    assert mistake.path == where
    assert mistake.text.startswith(("It is not TOML: ", "It is nested too deeply"))


@pytest.mark.parametrize(
    ("policy", "mistake"),
    [
        ("'[]'", "It is not a policy"),
        ("3", "It is not a policy"),
        ('\'{"Version": "1", "Statement": NaN}\'', "It holds a number that JSON has not"),
        ('\'{"Version": "1", "Statement": [], "Statement": []}\'', "It says something twice"),
        # How deep a text may be is the Python's own business; what it can read is too long.
        (f"'{'[' * 3_000}'", ("It is nested too deeply", "It is not JSON", "It is no JSON")),
        (
            f'{{ Version = "1", Statement = [{{ Effect = "Deny", {"a." * 3_000}b = 1 }}] }}',
            ("It is nested too deeply", "It has 18,0"),
        ),
        ("{ Version = 1, Statement = [] }", "Its Version has to be"),
        ('{ Version = "1", Statement = [] }', "Its Statement has to be a list"),
        ('{ Version = "1", Statements = [1] }', "A policy has no “Statements”; did you mean Statement?"),
        ('{ Version = "1", Statement = [{ Effect = "allow" }] }', "Statement[0] has to be a table whose Effect"),
        ('{ Version = "1", Statement = [{ Effect = "Deny", Since = 2026-01-01 }] }', "It holds a date"),
        (f'{{ Version = "1", Statement = [{{ Effect = "Deny", x = "{"x" * 2_000}" }}] }}', "It has 2,054 characters"),
    ],
)
def test_a_policy_that_is_none_is_told_why(policy: str, mistake: str | tuple[str, ...], tmp_path: Path) -> None:
    path = write_config(tmp_path, f"[accounts.a.role]\narn = '{ARN}'\npolicy = {policy}\n")
    (found,) = list_mistakes(path)
    assert found.removeprefix("accounts.a.role.policy: ").startswith(mistake)


@pytest.mark.parametrize(
    "line",
    [
        f"access_key_secret = '{SECRET}'",
        f"AccessKeyId = '{SECRET}'",
        f"security_token = '{SECRET}'",
        f"bucket = '{SECRET}'",
        f"profile = '{SECRET} '",
        f"profile = 'imsmcp_{SECRET}'",
        f"profile = 'eyJhbGciOiJIUzI1NiJ9.{SECRET}.'",
        f"{SECRET} = 1",
        f"{KEY_ID} = {{}}",
        f"regions = ['{KEY_ID}']",
        f"endpoints = {{ cn-shanghai = 'https://user:{SECRET}@x/' }}",
        f"endpoints = {{ cn-shanghai = 'https://x/?{SECRET}' }}",
        f"endpoints = {{ cn-shanghai = '{SECRET}/x' }}",
        f"endpoints = {{ {SECRET} = 'x' }}",
        f"role = {{ arn = '{ARN}', policy = '{{\"{SECRET}\": 1}}' }}",
        f"role = {{ arn = '{SECRET}', session_name = '{SECRET} ', external_id = '{SECRET} ' }}",
        f"role = '{SECRET}'",
        f"local = '{SECRET}'",
        f"x = 1\nx = '{SECRET}",
        f"{SECRET} = 1\n{SECRET} = 1",
    ],
)
def test_no_secret_of_the_file_is_quoted(line: str, tmp_path: Path) -> None:
    path = write_config(tmp_path, f"[accounts.a]\n{line}\n")
    with pytest.raises(ConfigError) as refused:
        read_config(path)
    assert SECRET not in refused.value.explain() and KEY_ID not in refused.value.explain()


def test_a_file_that_cannot_be_read_is_told_why(tmp_path: Path) -> None:
    assert list_mistakes(tmp_path / "none.toml") == ["It is not there. Name a file that is there."]
    assert list_mistakes(tmp_path)[0].startswith(("It is a directory", "It cannot be read"))
    path = write_config(tmp_path, "")
    path.write_bytes("# one\n# 配置\n".encode("gbk"))
    assert list_mistakes(path) == [
        "line 2: It is not text in UTF-8 (GBK or UTF-16, perhaps); save it as UTF-8.",
    ]
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    assert list_mistakes(path) == ["It has more than 1,048,576 bytes. Name the file that was meant."]


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX's")
def test_a_file_that_others_may_change_is_refused_and_one_that_they_may_read_is_not(tmp_path: Path) -> None:
    path = write_config(tmp_path, GOOD)
    for mode in (0o620, 0o602, 0o666):
        path.chmod(mode)
        assert list_mistakes(path) == [
            f"It can be changed by others (its mode is {mode:04o}). Keep it to this user: chmod go-w {path}",
        ]
    path.chmod(0o644)
    assert list(read_config(path).accounts) == ["studio"]
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    assert list_mistakes(pipe) == ["It is not a file. Name a file."]
