"""The stores under test: a directory, and S3 as moto plays it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from unittest.mock import patch

import boto3
from moto import mock_aws

from engine.runtime.payloads.directory import DirectoryStore
from engine.runtime.payloads.opening import open_store
from engine.runtime.payloads.store import Store

KEYS: Final = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@contextmanager
def s3() -> Iterator[Store]:
    with patch.dict("os.environ", KEYS), mock_aws():
        boto3.client("s3").create_bucket(Bucket="bucket")
        yield open_store("s3://bucket/some/where")


@contextmanager
def directory(path: Path) -> Iterator[Store]:
    yield DirectoryStore(path / "not" / "there yet")
