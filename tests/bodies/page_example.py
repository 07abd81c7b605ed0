"""The response example of the GetMediaInfo page, and streams as it shows them."""

from __future__ import annotations

from typing import Any

HOST = "http://example-bucket.oss-cn-shanghai.aliyuncs.com"
UNSIGNED = "?Expires=&OSSAccessKeyId=&Signature=&security-token="

Json = dict[str, Any]


def page_example() -> Json:
    """The response example of the GetMediaInfo page. Its Snapshots hold a no-break space and its NLP result is not
    JSON: both are the page's own."""
    url = HOST + "/{}" + UNSIGNED
    media_id = "****20b48fb04483915d4f2cd8ac****"
    job_id = "****483915d4f2cd8ac20b48fb04****"
    created, modified = "2020-12-26T04:11:08Z", "2020-12-26T04:11:10Z"
    sprite = (
        '[{"bucket":"example-bucket","count":"32","iceJobId":"******83ec44d58b2069def2e******",'
        '"location":"oss-cn-shanghai","snapshotRegular":"example/example-{Count}.jpg",'
        '"spriteRegular":"example/example-{TileCount}.jpg","templateId":"******e438b14ff39293eaec25******",'
        '"tileCount":"1"}]'
    )
    first, second, third = (
        url.format(name) for name in ("snapshot-00001.png", "snapshot-00002.jpg", "snapshot-00003.jpg")
    )
    return {
        "RequestId": "2FDE2411-DB8D-4A9A-875B-275798F14A5E",
        "MediaInfo": {
            "MediaId": media_id,
            "MediaBasicInfo": {
                "MediaId": media_id,
                "InputURL": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/example.mp4",
                "MediaType": "video",
                "BusinessType": "general",
                "Source": "oss",
                "Title": "Title",
                "Description": "Description",
                "Category": "Category",
                "MediaTags": "Tag,tag1",
                "CoverURL": url.format("example.png"),
                "UserData": "userDataTest",
                "Snapshots": f'[\n    "{first}",\n    "{second}",\n\xa0   "{third}"\n]',
                "Status": "Normal",
                "CreateTime": created,
                "ModifiedTime": modified,
                "DeletedTime": "2020-12-26T04:11:15Z",
                "SpriteImages": sprite,
                "CateId": 3048,
                "Biz": "ICE",
                "UploadSource": "general",
                "CateName": "cateName",
                "ReferenceId": "123-1234",
            },
            "FileInfoList": [
                {
                    "FileBasicInfo": {
                        "FileName": "example.mp4",
                        "FileStatus": "Normal",
                        "FileType": "source_file",
                        "FileSize": "30611502",
                        "FileUrl": url.format("example.mp4"),
                        "Region": "cn-shanghai",
                        "FormatName": "mov,mp4,m4a,3gp,3g2,mj2",
                        "Duration": "216.206667",
                        "Bitrate": "1132.68",
                        "Width": "960",
                        "Height": "540",
                        "CreateTime": created,
                        "ModifiedTime": modified,
                    },
                    "AudioStreamInfoList": [audio_stream("High", "16.200998", "127.794", "8", "10", base="1/24000")],
                    "VideoStreamInfoList": [video_stream("h264", "30", "960", "540", "1001.594")],
                    "SubtitleStreamInfoList": [subtitle_stream("srt", "SubRip Text", "und", "1")],
                }
            ],
            "AiRoughData": {
                "Result": "https://sample-bucket.cn-shanghai.aliyuncs.com/result.json",
                "Status": "Analyzing",
                "SaveType": "TEXT",
                "AiCategory": "Life",
                "AiJobId": job_id,
                "StandardSmartTagJob": {
                    "AiJobId": job_id,
                    "Status": "Analyzing",
                    "ResultUrl": "http://xx.oss-cn-shanghai.aliyuncs.com/result2.txt",
                    "Results": [{"Data": '{"autoChapters": [...]}', "Type": "NLP"}],
                },
            },
        },
    }


def audio_stream(
    profile: str,
    duration: str,
    bitrate: str,
    fps: str,
    frames: str,
    *,
    base: str,
    codec: str = "aac",
    lang: str = "und",
) -> Json:
    names = {
        "aac": "AAC (Advanced Audio Coding)",
        "mp3": "MP3 (MPEG audio layer 3)",
        "flac": "FLAC (Free Lossless Audio Codec)",
    }
    return {
        "Index": "1",
        "CodecName": codec,
        "CodecLongName": names[codec],
        "CodecTimeBase": base,
        "CodecTagString": "mp4a",
        "CodecTag": "0x6134706d",
        "Profile": profile,
        "SampleFmt": "fltp",
        "SampleRate": "44100",
        "Channels": "2",
        "ChannelLayout": "stereo",
        "Timebase": "1/44100",
        "StartTime": "0.000000",
        "Duration": duration,
        "Bitrate": bitrate,
        "Fps": fps,
        "NumFrames": frames,
        "Lang": lang,
    }


def video_stream(
    codec: str, level: str, width: str, height: str, bitrate: str, *, profile: str = "High", seconds: float = 0.0
) -> Json:
    names = {"h264": "H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10", "hevc": "H.265 / HEVC (High Efficiency Video Coding)"}
    frames = str(round(seconds * 24)) if seconds else "5184"
    return {
        "Index": "0",
        "CodecName": codec,
        "CodecLongName": names[codec],
        "Profile": profile,
        "CodecTimeBase": "1/48",
        "CodecTagString": "[0][0][0][0]",
        "CodecTag": "0x0000",
        "Width": width,
        "Height": height,
        "HasBFrames": "2",
        "Sar": "0:1",
        "Dar": "0:1",
        "PixFmt": "yuv420p",
        "Level": level,
        "Fps": "24.0",
        "AvgFPS": "24.0",
        "Timebase": "1/12288",
        "StartTime": "0.081706",
        "Duration": f"{seconds:.6f}" if seconds else "216.206706",
        "Bitrate": bitrate,
        "NumFrames": frames,
        "Lang": "und",
        "Rotate": "0",
        "Nb_frames": frames,
    }


def subtitle_stream(codec: str, long_name: str, lang: str, duration: str) -> Json:
    return {
        "Index": "1",
        "CodecName": codec,
        "CodecLongName": long_name,
        "CodecTimeBase": "29.97",
        "CodecTagString": "unicode",
        "CodecTag": "unicode",
        "Timebase": "30",
        "StartTime": "0",
        "Duration": duration,
        "Lang": lang,
    }
