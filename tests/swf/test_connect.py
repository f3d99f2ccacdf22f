from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.swf.connect import connect, database_of


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///swf.db", "swf.db"),
        ("sqlite:///.swfgraph/swf.db", ".swfgraph/swf.db"),
        ("sqlite:////var/lib/swf.db", "/var/lib/swf.db"),
        ("sqlite:///C:/data/swf.db", "C:/data/swf.db"),
        ("sqlite:///a folder/what?.db", "a folder/what?.db"),
        ("sqlite://:memory:", ":memory:"),
        ("sqlite:///:memory:", ":memory:"),
    ],
)
def test_a_sqlite_url_names_a_file(url: str, path: str) -> None:
    assert database_of(url) == path


@pytest.mark.parametrize(
    "url",
    ["", "swf.db", "sqlite:", "sqlite:swf.db", "sqlite://swf.db", "sqlite:///", "sqlite:///folder/", "http://", "http://host:port", "http://[::1",
     "ftp://host", "aws:eu-central-1", "aws://eu-central-1/path", "aws://nowhere", "postgres://host/db"],
)  # fmt: skip
def test_other_urls_are_refused_and_the_message_says_what_to_write(url: str) -> None:
    with pytest.raises(UsageError, match="write "):
        connect(url)


def test_the_path_is_relative_to_where_the_process_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with contextlib.closing(connect("sqlite:///data/swf.db")) as client:
        assert client.url == f"sqlite:///{tmp_path}/data/swf.db"
        assert (tmp_path / "data" / "swf.db").is_file()


def test_the_embedded_service_needs_no_botocore(tmp_path: Path) -> None:
    program = f"""
import sys
from engine.swf.connect import connect
client = connect("sqlite:///{tmp_path}/swf.db")
client.call("ListDomains", {{"registrationStatus": "REGISTERED"}})
client.close()
heavy = [name for name in ("botocore", "boto3", "starlette", "uvicorn") if name in sys.modules]
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])
