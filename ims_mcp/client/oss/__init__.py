"""Files to OSS: streamed, in parallel parts, resumable, checked, with the official oss2 in worker threads.

Importing it is cheap: oss2 is loaded by the first upload.
"""

from ims_mcp.client.oss.put_file import put_file

__all__ = ["put_file"]
