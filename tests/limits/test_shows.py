"""Three replicas, five callers of unequal eagerness and 20 calls a second, against each way a service counts."""

from __future__ import annotations

import pytest

from tests.limits.services import SERVICES
from tests.limits.simulation import FIVE_CALLERS, Caller, Outcome, simulate

LEARNING_SECONDS = 10.0


@pytest.mark.parametrize("service", SERVICES)
def test_the_limit_is_used_not_overrun_and_shared(service: str) -> None:
    outcome = simulate(SERVICES[service](20), FIVE_CALLERS)
    assert outcome.used(0, 60) >= 0.9 * 20
    assert outcome.throttled(LEARNING_SECONDS, 60) < 0.01
    shares = outcome.shares(LEARNING_SECONDS, 60)
    assert shares.keys() == {caller.name for caller in FIVE_CALLERS}
    # Each asks for its fifth or more, but for what a call at a time can.
    assert min(shares.values()) > 0.5 * 20 / 5
    assert max(shares.values()) < 1.2 * 20 / 5


@pytest.mark.parametrize("service", SERVICES)
def test_a_limit_that_is_lowered_is_found(service: str) -> None:
    outcome = simulate(SERVICES[service](20), FIVE_CALLERS, limits={30: 10})
    assert outcome.used(40, 60) >= 0.8 * 10
    assert outcome.throttled(40, 60) < 0.03


@pytest.mark.parametrize("service", SERVICES)
def test_a_limit_that_is_raised_is_found(service: str) -> None:
    outcome = simulate(SERVICES[service](20), FIVE_CALLERS, seconds=90, limits={30: 40})
    assert outcome.used(70, 90) >= 0.85 * 40
    assert outcome.throttled(70, 90) < 0.03


@pytest.mark.parametrize("service", SERVICES)
def test_workers_that_are_killed_and_started_again_use_a_limit_nearly_whole(service: str) -> None:
    workers = [Caller("bulk", 64, range(4))]
    outcome = simulate(SERVICES[service](200), workers, seconds=80, replicas=4, latency_seconds=0.05, killed_every=20)
    minutes = [(first, first + 60) for first in range(15, 21)]
    assert min(outcome.used(*minute) for minute in minutes) >= 0.95 * 200
    assert max(outcome.throttled(*minute) for minute in minutes) < 0.01


def test_a_caller_who_comes_later_waits_for_no_flood_and_one_who_was_idle_has_saved_nothing() -> None:
    callers = [Caller("flood", 100), Caller("late", 4, (1,), begins_at=30.0)]
    outcome = simulate(SERVICES["sliding window"](20), callers)
    late = [at for at, name, _ in outcome.arrived if name == "late"]
    assert late[0] < 32.0
    shares = outcome.shares(31, 60)
    assert shares["late"] == pytest.approx(shares["flood"], rel=0.1)


def test_what_one_leaves_others_use() -> None:
    callers = [Caller("flood", 30), Caller("modest", 1, (0,), pause_seconds=1.0)]
    outcome = simulate(SERVICES["sliding window"](20), callers)
    shares = outcome.shares(LEARNING_SECONDS, 60)
    assert 0.6 < shares["modest"] <= 1.0
    assert shares["flood"] > 16


def test_below_the_limit_nothing_waits_and_the_store_is_looked_at_once_a_second() -> None:
    outcome = simulate(SERVICES["sliding window"](1000), [Caller("busy", 8)], seconds=10)
    assert outcome.throttled(0, 10) == 0
    calls = len(outcome.arrived)
    assert calls > 10 * 24 / 0.12  # what 24 at once can do where nothing waits
    assert outcome.updates <= 3 * 2 * 12  # three replicas, the operation and the account


def test_the_same_seed_brings_the_same() -> None:
    def run() -> Outcome:
        return simulate(SERVICES["fixed windows"](20), FIVE_CALLERS, seconds=10, seed=7)

    assert run().arrived == run().arrived
