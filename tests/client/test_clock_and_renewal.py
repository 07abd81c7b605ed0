"""A clock that is off and credentials that expired are mended once, whatever the operation does."""

from __future__ import annotations

from email.utils import formatdate

import anyio
import pytest

from ims_mcp.catalogue.operation import Operation
from ims_mcp.client.credentials import Credential
from ims_mcp.errors import CredentialsError
from tests.client.conftest import CREDENTIAL, NOW, TEMPORARY, MakeClient, Run
from tests.client.operations import READ, WRITE
from tests.client.scripted_service import Answer, Arrived, ScriptedService, refusal
from tests.fixed_credentials import FixedCredentials


def test_clock_skew_is_mended_with_the_servers_time_once_and_for_all(make_client: MakeClient) -> None:
    server_time = NOW + 3600

    def judged(request: Arrived) -> Answer:
        date = {"date": formatdate(server_time, usegmt=True)}
        if request.headers["x-acs-date"] == "2025-11-20T09:00:00Z":
            return Answer(headers=date)
        return refusal(400, "InvalidTimeStamp.Expired", headers=date)

    async def main() -> None:
        for operation in (READ, WRITE):
            with ScriptedService(usual=judged) as service:
                async with make_client(service.endpoint) as client:
                    await client.call(operation, {})
                    assert service.count == 2
                    await client.call(operation, {})
                    assert service.count == 3, "the next call knows the time"

    anyio.run(main)


@pytest.mark.parametrize("operation", [READ, WRITE], ids=lambda operation: operation.name)
def test_clock_skew_that_stays_is_reported_after_one_more_try(run: Run, operation: Operation) -> None:
    outcome = run(operation, refusal(400, "InvalidTimeStamp.Expired"))
    assert outcome.service.count == 2
    assert "clock" in outcome.error.explain()


def test_without_the_servers_time_clock_skew_is_reported_at_once(run: Run) -> None:
    for date in ("", "yesterday"):
        outcome = run(READ, refusal(400, "InvalidTimeStamp.Expired", headers={"date": date}))
        assert outcome.service.count == 1


class Renewable(FixedCredentials):
    """Gives one credential, and another once it was asked to renew."""

    def __init__(self, first: Credential, second: Credential) -> None:
        super().__init__(first)
        self._second = second
        self.renewals = 0

    async def renew(self) -> Credential:
        self.renewals += 1
        self.credential = self._second
        return self._second


@pytest.mark.parametrize("operation", [READ, WRITE], ids=lambda operation: operation.name)
def test_expired_credentials_are_renewed_once(run: Run, operation: Operation) -> None:
    fresh = Credential("STS.fresh", "fresh-secret", "fresh-token")
    source = Renewable(TEMPORARY, fresh)
    outcome = run(operation, refusal(400, "InvalidSecurityToken.Expired"), Answer(), credentials=source)
    assert outcome.reply
    assert [request.headers["x-acs-security-token"] for request in outcome.service.arrived] == [
        TEMPORARY.security_token,
        "fresh-token",
    ]
    assert source.renewals == 1


def test_fresh_credentials_that_are_called_expired_too_are_reported(run: Run) -> None:
    source = Renewable(TEMPORARY, Credential("STS.fresh", "fresh-secret", "fresh-token"))
    outcome = run(READ, refusal(400, "InvalidSecurityToken.Expired"), credentials=source)
    assert outcome.service.count == 2
    assert source.renewals == 1


def test_expired_credentials_that_have_no_successor_are_not_sent_again(run: Run) -> None:
    outcome = run(READ, refusal(400, "InvalidSecurityToken.Expired"), credentials=FixedCredentials(TEMPORARY))
    assert outcome.service.count == 1
    assert "expired" in outcome.error.explain()


def test_credentials_renewed_by_another_call_are_used(run: Run) -> None:
    fresh = Credential("STS.fresh", "fresh-secret", "fresh-token")

    class Meanwhile(Renewable):
        async def get(self) -> Credential:
            credential, self.credential = self.credential, fresh
            return credential

    source = Meanwhile(TEMPORARY, fresh)
    assert run(READ, refusal(400, "InvalidSecurityToken.Expired"), Answer(), credentials=source).reply
    assert source.renewals == 0


def test_a_failing_renewal_is_an_error_of_credentials(run: Run) -> None:
    class Broken(FixedCredentials):
        async def renew(self) -> Credential:
            raise CredentialsError("gone", next_step="set them")

    outcome = run(READ, refusal(400, "InvalidSecurityToken.Expired"), credentials=Broken(TEMPORARY))
    assert isinstance(outcome.error, CredentialsError)


def test_a_clock_and_credentials_that_are_both_off_do_not_use_up_the_tries(run: Run) -> None:
    outcome = run(
        READ,
        refusal(400, "InvalidTimeStamp.Expired"),
        refusal(400, "InvalidSecurityToken.Expired"),
        refusal(503, "ServiceUnAvailable"),
        refusal(503, "ServiceUnAvailable"),
        Answer(),
        credentials=Renewable(TEMPORARY, CREDENTIAL),
    )
    assert outcome.reply
    assert outcome.service.count == 5
