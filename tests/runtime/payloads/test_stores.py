"""Both stores keep what they were given, under its digest, and say what they can't."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from threading import Barrier, Thread

import boto3
import pytest

from engine.errors import PayloadMissing, PayloadStoreUnusable, UsageError
from engine.runtime.payloads.directory import DirectoryStore
from engine.runtime.payloads.opening import default_store, open_store
from engine.runtime.payloads.store import NoStore, Store
from tests.runtime.payloads.stores import directory, s3


@pytest.fixture(params=["directory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with s3() if request.param == "s3" else directory(tmp_path) as made:
        yield made


def put(store: Store, content: bytes) -> str:
    digest = sha256(content).hexdigest()
    store.put(digest, content)
    return digest


@pytest.mark.parametrize("content", [b"", b"x", b"\0\xff\r\n", b"y" * 3_000_000], ids=["empty", "one", "odd", "long"])
def test_what_was_put_is_got(store: Store, content: bytes) -> None:
    assert store.get(put(store, content)) == content


def test_putting_twice_is_putting_once(store: Store) -> None:
    assert put(store, b"same") == put(store, b"same")
    (kept,) = store.kept()
    assert (kept.sha256, kept.bytes) == (sha256(b"same").hexdigest(), 4)
    assert time.time() - 60 < kept.stored < time.time() + 60


def test_what_is_not_there_is_missing_and_the_error_says_which_and_where(store: Store) -> None:
    digest = sha256(b"never put").hexdigest()
    with pytest.raises(PayloadMissing) as caught:
        store.get(digest)
    assert digest in str(caught.value)
    assert store.where in str(caught.value)


def test_all_that_is_kept_is_listed_and_an_empty_store_lists_nothing(store: Store) -> None:
    assert list(store.kept()) == []
    digests = {put(store, bytes([number])) for number in range(20)}
    assert {kept.sha256 for kept in store.kept()} == digests


def test_what_is_removed_is_gone(store: Store) -> None:
    put(store, b"x")
    (kept,) = store.kept()
    assert store.remove(kept)
    assert list(store.kept()) == []
    assert not store.remove(kept)


def test_threads_that_put_the_same_at_once_all_succeed(tmp_path: Path) -> None:
    store, content, failures = DirectoryStore(tmp_path), b"z" * 1_000_000, []
    together = Barrier(8)

    def race() -> None:
        together.wait()
        try:
            assert store.get(put(store, content)) == content
        except BaseException as error:  # noqa: BLE001 - told by the main thread
            failures.append(error)

    threads = [Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [path.name for path in tmp_path.rglob("*.part")] == []


def test_what_was_stored_again_since_it_was_listed_is_not_removed(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    digest = put(store, b"x")
    path = tmp_path / digest[:2] / digest
    os.utime(path, (1.0, 1.0))
    (kept,) = store.kept()
    put(store, b"x")
    assert not store.remove(kept)
    assert store.get(digest) == b"x"


def test_half_a_file_is_written_anew(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    digest = put(store, b"whole")
    (tmp_path / digest[:2] / digest).write_bytes(b"wh")
    put(store, b"whole")
    assert store.get(digest) == b"whole"


def test_what_nobody_finished_is_not_listed_and_forgotten_after_a_day(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    digest = put(store, b"whole")
    part = tmp_path / digest[:2] / f"{digest}.0123456789abcdef.part"
    part.write_bytes(b"wh")
    assert [kept.sha256 for kept in store.kept()] == [digest]
    assert store.forget_unfinished(time.time()) == 0
    assert store.forget_unfinished(time.time() + 100_000) == 1
    assert not part.exists()


def test_a_directory_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    with pytest.raises(PayloadStoreUnusable, match="file"):
        put(DirectoryStore(tmp_path / "file" / "below"), b"x")


def test_a_bucket_that_is_not_there_is_named() -> None:
    with s3():
        store = open_store("s3://other-bucket/x")
        with pytest.raises(PayloadStoreUnusable, match="s3://other-bucket/x/"):
            put(store, b"x")


def test_objects_of_others_in_the_bucket_are_left_alone() -> None:
    with s3() as store:
        client = boto3.client("s3")
        client.put_object(Bucket="bucket", Key=f"some/where/{'0' * 64}", Body=b"not on its shelf")
        client.put_object(Bucket="bucket", Key="some/where/00/readme", Body=b"no digest")
        client.put_object(Bucket="bucket", Key=f"elsewhere/00/{'0' * 64}", Body=b"another prefix")
        assert list(store.kept()) == []


@pytest.mark.parametrize("given", ["s3://", "s3:///prefix", "s3://bucket/x?y=z", "http://example.test/x", "gs://bucket/x"])
def test_what_names_no_store_is_refused(given: str) -> None:
    with pytest.raises(UsageError, match="s3://BUCKET/PREFIX"):
        open_store(given)


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("sqlite:///.swfgraph/swf.db", ".swfgraph/swf.db.payloads"),
        ("sqlite:////var/lib/x.db", "/var/lib/x.db.payloads"),
    ],
)
def test_a_database_file_has_a_store_beside_it(url: str, where: str) -> None:
    assert default_store(url).where == where


@pytest.mark.parametrize("url", ["sqlite://:memory:", "http://127.0.0.1:4510", "aws://eu-west-1"])
def test_other_endpoints_have_none_unless_one_is_named(url: str) -> None:
    assert isinstance(default_store(url), NoStore)
