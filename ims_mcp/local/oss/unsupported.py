"""The operations of OSS that official clients have and the local OSS has not: each is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ims_mcp.local.oss.signature_v1 import SUBRESOURCES

# Target, sub-resource, and the operation of each method. Source: the operations of alibabacloud-oss-v2 1.3.2, and the
# further sub-resources of oss2, ali-oss and the PHP and Java clients.
_TABLE = """
service cloudboxes GET:ListCloudBoxes
service dataPipeline GET:ListDataPipelines POST:DoDataPipelineAction PUT:PutDataPipeline DELETE:DeleteDataPipeline
service publicAccessBlock GET:GetPublicAccessBlock PUT:PutPublicAccessBlock DELETE:DeletePublicAccessBlock
service qosInfo GET:GetUserQosInfo
service redundancyTransition GET:ListUserDataRedundancyTransition
service requesterQosInfo GET:ListRequesterQosInfos
service resourcePool GET:ListResourcePools
service resourcePoolInfo GET:GetResourcePoolInfo
service accessPoint GET:ListAccessPoints
service vpcip GET:ListVpcip POST:CreateVpcip DELETE:DeleteVpcip
service udf GET:ListUdfs POST:CreateUdf DELETE:DeleteUdf
bucket accessPoint GET:GetAccessPoint PUT:CreateAccessPoint DELETE:DeleteAccessPoint
bucket accessPointPolicy GET:GetAccessPointPolicy PUT:PutAccessPointPolicy DELETE:DeleteAccessPointPolicy
bucket accessPointForObjectProcess GET:GetAccessPointForObjectProcess PUT:CreateAccessPointForObjectProcess
bucket accessPointConfigForObjectProcess GET:GetAccessPointConfigForObjectProcess
bucket accessPointPolicyForObjectProcess GET:GetAccessPointPolicyForObjectProcess
bucket accessmonitor GET:GetBucketAccessMonitor PUT:PutBucketAccessMonitor
bucket asyncFetch GET:GetAsyncFetchTask POST:PostAsyncFetchTask
bucket bucketArchiveDirectRead GET:GetBucketArchiveDirectRead PUT:PutBucketArchiveDirectRead
bucket cname GET:ListCname POST:PutCname
bucket comp GET:GetCnameToken POST:CreateCnameToken
bucket encryption GET:GetBucketEncryption PUT:PutBucketEncryption DELETE:DeleteBucketEncryption
bucket httpsConfig GET:GetBucketHttpsConfig PUT:PutBucketHttpsConfig
bucket img GET:GetBucketImage PUT:PutBucketImage DELETE:DeleteBucketImage
bucket inventory GET:GetBucketInventory PUT:PutBucketInventory DELETE:DeleteBucketInventory
bucket lifecycle GET:GetBucketLifecycle PUT:PutBucketLifecycle DELETE:DeleteBucketLifecycle
bucket logging GET:GetBucketLogging PUT:PutBucketLogging DELETE:DeleteBucketLogging
bucket metaQuery GET:GetMetaQueryStatus POST:DoMetaQuery
bucket MetaQuery POST:DoMetaQueryAction
bucket objectWorm GET:GetBucketObjectWormConfiguration PUT:PutBucketObjectWormConfiguration
bucket overwriteConfig GET:GetBucketOverwriteConfig PUT:PutBucketOverwriteConfig DELETE:DeleteBucketOverwriteConfig
bucket policy GET:GetBucketPolicy PUT:PutBucketPolicy DELETE:DeleteBucketPolicy
bucket policyStatus GET:GetBucketPolicyStatus
bucket processConfiguration GET:GetBucketProcess PUT:PutBucketProcess
bucket publicAccessBlock GET:GetBucketPublicAccessBlock PUT:PutBucketPublicAccessBlock \
DELETE:DeleteBucketPublicAccessBlock
bucket qos GET:GetBucketStorageCapacity PUT:PutBucketStorageCapacity
bucket qosInfo GET:GetBucketQosInfo PUT:PutBucketQosInfo DELETE:DeleteBucketQosInfo
bucket redundancyTransition GET:GetBucketDataRedundancyTransition POST:CreateBucketDataRedundancyTransition \
DELETE:DeleteBucketDataRedundancyTransition
bucket referer GET:GetBucketReferer PUT:PutBucketReferer
bucket replication GET:GetBucketReplication POST:PutBucketReplication
bucket replicationLocation GET:GetBucketReplicationLocation
bucket replicationProgress GET:GetBucketReplicationProgress
bucket requestPayment GET:GetBucketRequestPayment PUT:PutBucketRequestPayment
bucket requesterQosInfo GET:GetRequesterQosInfo PUT:PutRequesterQosInfo
bucket responseHeader GET:GetBucketResponseHeader PUT:PutBucketResponseHeader DELETE:DeleteBucketResponseHeader
bucket rtc PUT:PutBucketRtc
bucket style GET:GetStyle PUT:PutStyle DELETE:DeleteStyle
bucket tagging GET:GetBucketTags PUT:PutBucketTags DELETE:DeleteBucketTags
bucket transferAcceleration GET:GetBucketTransferAcceleration PUT:PutBucketTransferAcceleration
bucket userDefinedLogFieldsConfig GET:GetUserDefinedLogFieldsConfig PUT:PutUserDefinedLogFieldsConfig \
DELETE:DeleteUserDefinedLogFieldsConfig
bucket versioning PUT:PutBucketVersioning
bucket vip GET:GetBucketVpcip POST:PostBucketVpcip
bucket website GET:GetBucketWebsite PUT:PutBucketWebsite DELETE:DeleteBucketWebsite
bucket worm GET:GetBucketWorm POST:InitiateBucketWorm DELETE:AbortBucketWorm
bucket wormExtend POST:ExtendBucketWorm
bucket wormId POST:CompleteBucketWorm
object acl GET:GetObjectAcl PUT:PutObjectAcl
object append POST:AppendObject
object cleanRestoredObject POST:CleanRestoredObject
object legalHold GET:GetObjectLegalHold PUT:PutObjectLegalHold
object live GET:GetLiveChannelInfo PUT:PutLiveChannel DELETE:DeleteLiveChannel
object restore POST:RestoreObject
object retention GET:GetObjectRetention PUT:PutObjectRetention
object seal POST:SealAppendObject
object symlink GET:GetSymlink PUT:PutSymlink
object tagging GET:GetObjectTagging PUT:PutObjectTagging DELETE:DeleteObjectTagging
object vod GET:GetVodPlaylist POST:PostVodPlaylist
object x-oss-async-process GET:AsyncProcessObject POST:AsyncProcessObject
object x-oss-delete POST:DeleteDirectory
object x-oss-dir POST:CreateDirectory
object x-oss-process GET:ProcessObject POST:ProcessObject
object x-oss-rename POST:RenameObject
object x-oss-write-get-object-response POST:WriteGetObjectResponse
"""
# Sub-resources that only modify an operation; any other that no route names is an operation we do not have.
_MODIFIERS = frozenset(
    """
    continuation-token inventoryId regionList security-token x-oss-request-payer x-oss-traffic-limit
    """.split()  # noqa: SIM905 - one look instead of six lines
) | {name for name in SUBRESOURCES if name.startswith(("response-", "x-oss-ac-"))}


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A sub-resource of a ``target`` (service, bucket, object) and the ``operations`` on it, by method."""

    target: str
    name: str
    operations: Mapping[str, str]


def _read_row(line: str) -> Unsupported:
    target, name, *operations = line.split()
    return Unsupported(target, name, dict(one.split(":") for one in operations))


UNSUPPORTED = tuple(_read_row(line) for line in _TABLE.strip().splitlines())
_BY_PLACE = {(row.target, row.name): row for row in UNSUPPORTED}


def find_unsupported(target: str, method: str, name: str) -> str | None:
    """What a query parameter asks for that is not done here, in words; None for one that changes nothing."""
    row = _BY_PLACE.get((target, name))
    if row is not None:
        operation = row.operations.get(method) or next(iter(row.operations.values()))
        return f"{operation} ({name})"
    return name if name in SUBRESOURCES and name not in _MODIFIERS else None
