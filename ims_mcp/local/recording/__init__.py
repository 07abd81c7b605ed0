"""Live recording of the local IMS: templates, jobs, the processes that pull a stream, and the files they leave.

A recorder process writes what it pulls into FLV segments, packet by packet, so that a kill loses at most the last one;
an assembler process makes mp4, flv or HLS of the segments of a finished file, without re-encoding.

Choices made where the documents say nothing. They are this project's, not the service's:

- Streams are pulled from 127.0.0.0/8, ::1 and localhost; SubmitLiveRecordJob refuses any other with
  UnsupportedOperation. A NotifyUrl elsewhere is kept and never contacted.
- An unknown TemplateId or JobId is ResourceNotFound 404, changing a system template OperationDenied 403, a format twice
  in one template InvalidParameter. A template with JobId is the snapshot, if the ids belong together.
- A job is started with the first keyframe, and paused when the stream has been away for the patience (3 minutes) and
  every file is stored: a failed recording is paused without files.
- The patience counts from the submit, then from the last packet, on the wall clock, also while no server runs.
- A gap takes no time in a file. Other codec parameters (a change of resolution) begin a new file of every format.
- What a server sends again since its last keyframe, to a recorder that took over from a killed one, is in the file
  twice.
- OssObjectPrefix is the whole name; the extension is added unless it is there. Without one it is
  record/{JobId}/{Sequence}_{EscapedStartTime}_{EscapedEndTime}. Files of one name replace each other, as in OSS.
- HLS slices are stored together with their index when the file ends. They begin at keyframes, so that they may be
  longer than SliceDuration.
- CycleDuration counts seconds of the stream, and a file ends at the first keyframe after it.
- RecordOutput vod is the VOD bucket of the local IMS, whatever the region; no media asset is registered.
- Windows of time are over the creation of jobs and files, their end not included; with one end given there is no limit.
- DeleteLiveRecordFiles answers Success or ResourceNotFound for each file.
- Callbacks: LiveRecordTaskStatus {JobId, JobName, StreamUrl, Status} and LiveRecordFileCreated (a file as it is listed)
  as the MessageBody of the usual envelope; 2xx takes one, else it is tried 3 more times after 1, 4 and 16 s. Those
  nobody took are forgotten when the server ends.
"""
