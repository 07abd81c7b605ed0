"""Time stamps as publishers send them, placed on one clock: the right length, picture and sound together."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ims_mcp.local.recording.timeline import Timeline

PICTURE, SOUND = 0, 1
FRAME_MS, PACKET_MS = 40, 23
HOUR_MS = 3_600_000
SECONDS = 60

Stamps = Callable[[int, int], int]
"""The time stamp that a publisher gives to what stream ``0`` or ``1`` shows at a real time."""


def arriving(seconds: float = SECONDS, *, sound_late_ms: int = 0) -> Iterator[tuple[int, int]]:
    """(stream, real time in ms) of the packets of picture and sound, in the order in which they arrive."""
    picture = [(time, PICTURE, time) for time in range(0, round(seconds * 1000), FRAME_MS)]
    sound = [(time + sound_late_ms, SOUND, time) for time in range(0, round(seconds * 1000), PACKET_MS)]
    for _, stream, time in sorted(picture + sound):
        yield stream, time


def placed(stamps: Stamps, *, sound_late_ms: int = 0) -> list[tuple[int, int, int]]:
    """(stream, real time, place) of every packet of a minute."""
    timeline = Timeline()
    return [
        (stream, time, timeline.place(stream, stamps(stream, time)))
        for stream, time in arriving(sound_late_ms=sound_late_ms)
    ]


def length_ms(places: list[tuple[int, int, int]]) -> int:
    return max(place for _, _, place in places) - min(place for _, _, place in places)


def apart_ms(places: list[tuple[int, int, int]]) -> int:
    """How far the picture and sound of one moment are from each other at most."""
    lags = {stream: [place - time for at, time, place in places if at == stream] for stream in (PICTURE, SOUND)}
    return max(
        abs(max(lags[PICTURE]) - min(lags[SOUND])),
        abs(max(lags[SOUND]) - min(lags[PICTURE])),
    )


ONE_CLOCK: dict[str, Stamps] = {
    "plain": lambda stream, time: time,
    "from five hours on": lambda stream, time: time + 5 * HOUR_MS,
    "both jump by 15 hours": lambda stream, time: time + (15 * HOUR_MS if time >= 30_000 else 0),
    "32 bits wrap": lambda stream, time: (time + (1 << 32) - 20_000) % (1 << 32),
    "there and back": lambda stream, time: time + (HOUR_MS if 20_000 <= time < 40_000 else 0),
}


@pytest.mark.parametrize("stamps", ONE_CLOCK.values(), ids=ONE_CLOCK.keys())
@pytest.mark.parametrize("sound_late_ms", [0, 60, 900])
def test_streams_of_one_clock_keep_their_distance_exactly(stamps: Stamps, sound_late_ms: int) -> None:
    places = placed(stamps, sound_late_ms=sound_late_ms)
    assert {place - time for _, time, place in places} == {0}


def test_sound_that_arrives_seconds_late_on_the_same_clock_keeps_its_distance() -> None:
    places = placed(lambda stream, time: time, sound_late_ms=2_900)
    assert {place - time for _, time, place in places} == {0}


@pytest.mark.parametrize("late", [PICTURE, SOUND])
@pytest.mark.parametrize("apart", [3_000, 8_000, 20_000, HOUR_MS, -3_000, -8_000, -20_000, -HOUR_MS])
def test_streams_whose_clocks_begin_apart_are_put_together(late: int, apart: int) -> None:
    places = placed(lambda stream, time: 2 * HOUR_MS + time + (apart if stream == late else 0))
    assert abs(length_ms(places) - SECONDS * 1000) < 100
    assert apart_ms(places) < 100


@pytest.mark.parametrize("jumping", [PICTURE, SOUND])
@pytest.mark.parametrize("jump", [3_000, 8_000, 20_000, HOUR_MS, 15 * HOUR_MS, -3_000, -8_000, -29_000, -HOUR_MS])
def test_a_jump_of_one_stream_alone_takes_no_time(jumping: int, jump: int) -> None:
    places = placed(lambda stream, time: HOUR_MS + time + (jump if stream == jumping and time >= 30_000 else 0))
    assert abs(length_ms(places) - SECONDS * 1000) < 100
    assert apart_ms(places) < 150


@pytest.mark.parametrize("jumping", [PICTURE, SOUND])
def test_jumps_of_one_stream_again_and_again_do_not_add_up(jumping: int) -> None:
    places = placed(lambda stream, time: time + (time // 5_000 * HOUR_MS if stream == jumping else 0))
    assert abs(length_ms(places) - SECONDS * 1000) < 100
    assert apart_ms(places) < 150


def test_streams_that_jump_one_after_the_other_are_together_again() -> None:
    jumps = {PICTURE: 20_000, SOUND: 25_000}
    places = placed(lambda stream, time: time + (HOUR_MS if time >= jumps[stream] else 0))
    assert abs(length_ms(places) - SECONDS * 1000) < 100
    assert apart_ms([each for each in places if each[1] >= 26_000]) < 10


def test_a_reset_to_zero_takes_no_time() -> None:
    places = placed(lambda stream, time: time if time < 30_000 else time - 30_000)
    assert abs(length_ms(places) - SECONDS * 1000) < 100
    assert apart_ms(places) < 100


@pytest.mark.parametrize("apart", [0, 20_000])
def test_another_connection_follows_on_the_one_before(apart: int) -> None:
    timeline = Timeline()
    first = [timeline.place(stream, time) for stream, time in arriving(10)]
    timeline.reconnect()
    second = [timeline.place(stream, 7 * HOUR_MS + time + stream * apart) for stream, time in arriving(10)]
    assert abs(min(second) - max(first)) <= FRAME_MS
    assert abs(max(second) - 20_000) < 150


def test_a_slide_show_keeps_its_pauses() -> None:
    timeline = Timeline()
    times = [0, 8_000, 16_000, 17_000, 26_900]
    assert [timeline.place(PICTURE, 5_000 + time) for time in times] == times


def test_pictures_that_stand_still_while_sound_goes_on_keep_their_places() -> None:
    timeline = Timeline()
    places = [
        (time, timeline.place(stream, time)) for stream, time in arriving(60) if stream == SOUND or time % 12_000 == 0
    ]
    assert [time for time, _ in places] == [place for _, place in places]


def test_no_stream_ever_goes_back() -> None:
    timeline = Timeline()
    places = [timeline.place(PICTURE, stamp) for stamp in (0, 40, 30, 80, 79, 120)]
    assert places == sorted(places)


B_FRAMES_MS = (80, 160, 40, 0)
"""How much later than they are sent the pictures are shown."""


@pytest.mark.parametrize("away_ms", [0, 50, 90])
def test_a_connection_that_was_cut_for_a_moment_leaves_everything_where_it_was(away_ms: int) -> None:
    timeline = Timeline()
    cuts, is_back_at = [2_450, 4_610, 9_330], 0
    for stream, time in arriving(12):
        if cuts and time >= cuts[0]:
            is_back_at = cuts.pop(0) + away_ms
            timeline.reconnect()
        if time >= is_back_at:
            delay_ms = B_FRAMES_MS[time // FRAME_MS % 4] if stream == PICTURE else 0
            assert timeline.place(stream, HOUR_MS + time, delay_ms) == time


def test_a_publisher_that_begins_anew_follows_on_whatever_its_stamps_were_before() -> None:
    timeline = Timeline()
    places = list[int]()
    for _ in range(3):
        timeline.reconnect()
        places += [timeline.place(stream, time) for stream, time in arriving(10)]
    assert places == sorted(places)
    assert abs(max(places) - 30_000) < 150
