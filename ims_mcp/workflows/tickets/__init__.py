"""Files that are not on the server's machine: tickets to send them straight to OSS, and what becomes of them."""
