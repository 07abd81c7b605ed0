"""What the local IMS does, one module per family of operations.

Choices made where the documents say nothing, or say it two ways. They are this project's, not the service's:

Calls
- An argument with an empty value counts as not given; an argument the operation does not have is ignored.
- An operation of IMS that is not done here, and a part of one (AI analysis, workflows, vod:// addresses, VOD storage
  as the default location, AssumeRole policies), is UnsupportedOperation 400: not throttling, not permission, never
  worth a retry.
- Missing required parameters are MissingParameter, everything else the parameter table finds is InvalidParameter.
- An unknown MediaId or InputURL is ResourceNotFound 404; a foreign or malformed address is InvalidParameter 400.
- Fields without a value are left out of answers.
- A call that finds the disk full is rolled back and is OperationDenied 403: nothing of it is in doubt.
- Requests that a web page of another origin makes a browser send, or under another Host than this machine's, are
  Forbidden 403 (OSS: AccessDenied), see admission.py.

Registering
- All spellings of an object's address are one object: oss://, any OSS region's host, path style on loopback. An
  address on a host that is not OSS is refused at once.
- An address is kept without its query, which may be a signature.
- The bucket's region is not compared: every bucket lives in this IMS's region.
- A used ReferenceId and an unknown CateId are InvalidParameter. CateId below 1 means no category.
- The default title is the time of registration. A ClientToken is remembered for ever; with other parameters it is
  IdempotentParameterMismatch.
- Init lasts half of the settle time, Preparing the other half and as long as probing takes.
- SearchLibName is accepted and has no effect (there is no search here); NotifyAddress is kept and not called.
- MediaType is what was said or what the extension says; the content decides only whether it can be read at all.
- Why a registration failed stands in MediaBasicInfo.PrepareFailReason, a field of this IMS's own.
- A text asset (subtitles, font) has no pictures; cover, snapshots and sprite of a video lie in the asset's own bucket
  under ims-pictures/MediaId/. A picture that cannot be made does not fail the registration.
- A PrepareFail asset still owns its URL: register again with Overwrite=true.

Streams
- A stream can be attached to an asset in any state, once: the asset's own object, or one attached before, is
  MediaAlreadyExist. A failed one may be tried again. One object may be a stream of several assets.
- While it is probed a stream shows nowhere; if that fails it stays in FileInfoList as FileStatus UploadFail with a
  FailReason, a field of this IMS's own.

Uploading
- VOD storage is one bucket, outin-<32 hex>, the same in every data directory; what lies in it has Source vod. In other
  regions than the three that have it, creating an upload or a pull is OperationDenied 403.
- A credential allows PutObject, AbortMultipartUpload and ListParts on its one key, no reading, no listing. Each
  operation that answers one makes a new one; the old ones stay good until they expire.
- An asset is Init and its file nowhere to be seen until the object is complete. An upload may be given up: it stays so.
- A file that is uploaded again, over a finished one, is a new file of the same asset, which is prepared anew.
- RefreshUploadMedia is about the upload begun last for the asset, unfinished ones first.
- FileURL and MediaURL are the same, on a public OSS host as documented; nothing answers there. The signed addresses of
  GetMediaInfo and GetPlayInfo do. The extension of a stream is that of the asset's own file where none is given.
- BusinessType: video general, opening, ending, watermark; image general, default, cover, watermark; audio general;
  text subtitles, font; other general, watermark. A file of type other is not read, any content will do.
- The title is the file's name where none is given. UploadTargetConfig may name the VOD storage only, AppId app-1000000
  only; callbacks in UserData are not called.

Pulling
- http and https from 127.0.0.0/8, ::1 and localhost; nothing else is ever contacted: such a job is DOWNLOAD_FAIL with
  ErrorCode SourceNotAllowed, also where a redirect leads there. An object of the local OSS, in any spelling of its
  address, is read without a signature.
- A job is SUCCESS when its file has been probed, UPLOAD_FAIL where that fails. ErrorCode: SourceNotAllowed,
  SourceNotFound, SourceRefused, SourceUnreachable, SourceTimeout, SourceTooLarge, SourceIncomplete, StorageFailed,
  UnreadableMedia, MediaDeleted. The asset is then PrepareFail, the stream UploadFail.
- Every part of UploadURLs is decoded once; repetitions count once; one unusable address refuses the whole call.
- FileSize is there as soon as the source tells it. GetUrlUploadInfos by address shows every job of it, newest first.

Reading
- Every file and picture address is signed with the V1 query signature of the IMS's own key, default lifetime 3600 s.
  A CoverURL somebody set is returned as it was set. OutputType=cdn answers as oss.
- GetMediaInfo of an asset that is not Normal has an empty FileInfoList but for streams.
- ListMediaBasicInfos pages by creation time (whole seconds) and order of registration, TotalCount counts all that
  match, a NextToken is good for the same filters only; IncludeFileBasicInfo adds the source file.
- BatchGetMediaInfos takes at most 100 ids. TranscodeStatus is Init, or TranscodeSuccess once a stream is attached.
- GetPlayInfo lists the source (Definition OD) and the attached streams (Definition from the short side: FD 360, LD
  540, SD 720, HD 1080, 2K 1440, else 4K; audio SQ below 192 kbit/s, else HQ). FileURL is the address as it was
  kept, PlayURL the signed one. Pictures and texts have no play info.

Deleting
- A deleted asset is gone for every operation, its marks with it, and its URL and ReferenceId are free again.
- DeletePhysicalFiles deletes source, streams and generated pictures, except what another asset still uses. Without
  it the pictures stay, too.

Categories, marks, storage
- Sibling categories may have equal names. A fourth level or a 101st child is OperationDenied. Deleting a category
  takes its sub-categories along; assets in them have no category afterwards.
- GetMediaMarks wants both MediaId and MediaMarkIds and passes over ids it does not know.
- A mark is addressed by MarkId in its element (documented as a field of a mark); MediaMarkId is understood as well.
- The storage list holds every bucket that has been the default, the present one marked; the first is local-media.

Recording
- A job that a full disk has ended is paused, with the reason in RecordJob.FailReason, a field of this IMS's own. What
  was recorded is kept, and becomes files at the next start that has room for them.

STS
- AssumeRole answers for any RoleArn; the credentials may do everything.
"""
