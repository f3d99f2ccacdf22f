"""Claims about engine.service.credentials: what a file of access keys is, and what is refused as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.service.credentials import read_credentials


def write(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "keys.ini"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_every_profile_is_an_access_key(tmp_path: Path) -> None:
    text = """
# made up here
[default]
aws_access_key_id = AKID1
aws_secret_access_key = a/b+c=%d:e
region = eu-central-1

[worker]
aws_access_key_id=AKID2
aws_secret_access_key=second
"""
    assert read_credentials(write(tmp_path, text)) == {"AKID1": "a/b+c=%d:e", "AKID2": "second"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "there is no access key in it"),
        ("aws_access_key_id = A", "line 1 stands before any"),
        ("[default]\naws_access_key_id = A\nverysecret", "line 3 is no setting"),
        ("[default]\naws_access_key_id = A", r"\[default\] has no aws_secret_access_key"),
        ("[default]\naws_access_key_id = A\naws_secret_access_key =", r"\[default\] has no aws_secret_access_key"),
        ("[a]\naws_secret_access_key = verysecret", r"\[a\] has no aws_access_key_id"),
        ("[a]\naws_access_key_id = A\naws_secret_access_key = x\n[b]\naws_access_key_id = A\naws_secret_access_key = y", "another profile"),
        ("[a]\naws_access_key_id = A\naws_secret_access_key = x\naws_session_token = t", "temporary credentials"),
        ("[a]\naws_access_key_id = A\naws_access_key_id = B\naws_secret_access_key = x", "aws_access_key_id.*already exists"),
    ],
)
def test_what_is_no_such_file_is_refused_without_showing_a_secret(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as refused:
        read_credentials(write(tmp_path, text))
    assert "keys.ini" in str(refused.value)
    assert "verysecret" not in str(refused.value)


@pytest.mark.parametrize(("mode", "right"), [(0o600, True), (0o400, True), (0o640, True), (0o644, False), (0o660, False), (0o602, False)])
def test_a_file_that_others_may_read_or_change_is_refused(tmp_path: Path, mode: int, *, right: bool) -> None:
    path = write(tmp_path, "[default]\naws_access_key_id = A\naws_secret_access_key = x", mode)
    if right:
        assert read_credentials(path) == {"A": "x"}
    else:
        with pytest.raises(UsageError, match="chmod 600"):
            read_credentials(path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.ini"
    path.write_bytes(b"\xff\xfe\x00")
    path.chmod(0o600)
    with pytest.raises(UsageError, match=r"keys\.ini"):
        read_credentials(path)
