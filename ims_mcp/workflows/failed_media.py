"""What to do about a file that could not be registered, by the reason that was given."""

from __future__ import annotations

import re

# The first that is found in the reason counts. Reasons are the embedded IMS's, error codes and the cloud's words.
_ADVICE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(words, re.IGNORECASE), advice)
    for words, advice in (
        (
            r"does not exist|not ?found|no ?such|not there|\b404\b",
            "Check bucket, folder, spelling and capitals of the address; if the file was never sent, upload it "
            "(upload_media for a file of this machine, UploadMediaByURL for an address), then register again.",
        ),
        (
            r"permission|denied|forbidden|unauthori[sz]ed|\b403\b",
            "IMS may not read this file: ask whoever owns the bucket to let IMS read it and to add the bucket to the "
            "storage of IMS (GetStorageList shows what is there), or copy the file into a bucket that is. Then "
            "register again.",
        ),
        (
            r"too (large|big|long)|exceed|memory|larger than|took longer",
            "Make the file smaller (cut it, lower its bitrate or picture size), upload that and register it.",
        ),
        (
            r"holds text|subtitle|plain text",
            "Choose the video, audio or picture itself. A subtitle file goes with its video: register it with "
            "MediaType text. If it should be a video, it was saved wrongly: export or download it again.",
        ),
        (
            r"playlist|m3u8",
            "Register the media file that the playlist names, or record or convert the stream into one file first.",
        ),
        (
            r"empty|0 bytes|cut off|moov|truncated|incomplete|damaged|corrupt|broke off",
            "The file is not whole: compare its size with the original, upload it again from the start, then register "
            "it again.",
        ),
        (
            r"codec|unsupported|not supported|format|cannot be decoded|no picture or sound|not media",
            "Convert it first to MP4 with H.264 and AAC (a picture to JPG or PNG), upload that and register it.",
        ),
    )
)
_AGAIN = (
    "Play the file where it came from: if it does not play there either, get a good copy; if it does, convert it to "
    "MP4 with H.264 and AAC, upload that and register it."
)
_LEFT = " The failed asset stays in the library until DeleteMediaInfos removes it; its file stays then, too."


def advise_failed(reason: str, *, leaves_asset: bool = True) -> str:
    """What the reader can do now. ``leaves_asset``: an asset without a usable file is left in the library."""
    advice = next((advice for words, advice in _ADVICE if words.search(reason)), _AGAIN)
    return advice + (_LEFT if leaves_asset else "")
