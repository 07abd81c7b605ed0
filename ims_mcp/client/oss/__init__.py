"""Files to OSS: streamed, in parallel parts, resumable, checked, with the official oss2 in worker threads."""
