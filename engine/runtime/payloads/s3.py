"""A payload store in S3: `prefix/ab/abcdef...`, an object per payload, named by its digest.

S3 writes objects whole or not at all, and reads see the last write. What was written within an hour is not written again; later
it is, which makes it new to a sweep. Known gap: S3 can't delete on the condition that nobody has written since, so `remove` looks
right before it deletes; a bucket with versioning gives back what was lost in that moment. Imports boto3, `errors` and `store`;
loaded by `opening`, where somebody asks for it.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from engine.errors import PayloadMissing, PayloadStoreUnusable
from engine.runtime.payloads.store import MOST, Kept

_NAME: Final = re.compile(r"[0-9a-f]{64}")
_FRESH: Final = 3_600.0
_ABSENT: Final = frozenset({"NoSuchKey", "404", "NotFound"})

SETTINGS: Final = Config(retries={"total_max_attempts": 6, "mode": "standard"}, connect_timeout=5, read_timeout=60, tcp_keepalive=True)


class S3Store:
    """A Store. Region, credentials and endpoint are what boto3 finds (AWS_ENDPOINT_URL_S3 names another S3 than AWS's)."""

    longest: Final = MOST

    def __init__(self, bucket: str, prefix: str) -> None:
        """Raises: PayloadStoreUnusable."""
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        try:
            self._s3: Any = boto3.client("s3", config=SETTINGS)
        except BotoCoreError as error:
            raise self._unusable(error) from error

    @property
    def where(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}"

    def put(self, sha256: str, content: bytes) -> None:
        try:
            if self._stored(sha256) > time.time() - _FRESH:
                return
            checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
            self._s3.put_object(
                Bucket=self._bucket, Key=self._key(sha256), Body=content, ChecksumSHA256=checksum, ContentType="text/plain; charset=utf-8"
            )
        except (BotoCoreError, ClientError) as error:
            raise self._unusable(error) from error

    def get(self, sha256: str) -> bytes:
        try:
            content: bytes = self._s3.get_object(Bucket=self._bucket, Key=self._key(sha256))["Body"].read()
        except ClientError as error:
            if _code(error) in _ABSENT:
                raise PayloadMissing(sha256, self.where, "is not there") from None
            raise self._unusable(error) from error
        except BotoCoreError as error:
            raise self._unusable(error) from error
        return content

    def kept(self) -> Iterator[Kept]:
        try:
            for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix):
                for one in page.get("Contents", ()):
                    name = one["Key"].rpartition("/")[2]
                    if _NAME.fullmatch(name) and one["Key"] == self._key(name):
                        yield Kept(sha256=name, bytes=one["Size"], stored=one["LastModified"].timestamp())
        except (BotoCoreError, ClientError) as error:
            raise self._unusable(error) from error

    def remove(self, kept: Kept) -> bool:
        try:
            if not 0.0 < self._stored(kept.sha256) <= kept.stored:
                return False
            self._s3.delete_object(Bucket=self._bucket, Key=self._key(kept.sha256))
        except (BotoCoreError, ClientError) as error:
            raise self._unusable(error) from error
        return True

    def _stored(self, sha256: str) -> float:
        """When it was written; 0.0: it isn't there."""
        try:
            found = self._s3.head_object(Bucket=self._bucket, Key=self._key(sha256))
        except ClientError as error:
            if _code(error) in _ABSENT:
                return 0.0
            raise
        written: float = found["LastModified"].timestamp()
        return written

    def _key(self, sha256: str) -> str:
        return f"{self._prefix}{sha256[:2]}/{sha256}"

    def _unusable(self, error: BotoCoreError | ClientError) -> PayloadStoreUnusable:
        return PayloadStoreUnusable(self.where, str(error))


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
