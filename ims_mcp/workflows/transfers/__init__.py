"""Files of this machine made assets and streams: uploads that outlast a call, a crash and a restart."""
