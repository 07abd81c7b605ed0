"""Live recording of the local IMS: templates, jobs, the processes that pull a stream, and the files they leave.

A recorder process writes what it pulls into FLV segments, packet by packet, so that a kill loses at most the last one;
an assembler process makes mp4, flv or HLS of the segments of a finished file, without re-encoding.
"""
