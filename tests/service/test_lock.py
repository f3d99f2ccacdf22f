from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import DatabaseUnusable
from engine.service.lock import FileLock


def test_the_second_owner_is_refused_and_told_who_has_the_file(tmp_path: Path) -> None:
    lock = FileLock.take(tmp_path / "swf.db")
    with pytest.raises(DatabaseUnusable, match=rf"in use by process {os.getpid()}, .* stop that one"):
        FileLock.take(tmp_path / "swf.db")
    lock.release()


def test_the_second_owner_is_told_the_url_under_which_the_first_serves_the_file(tmp_path: Path) -> None:
    lock = FileLock.take(tmp_path / "swf.db")
    lock.announce("http://127.0.0.1:4510")
    with pytest.raises(DatabaseUnusable, match=r"use --url http://127\.0\.0\.1:4510 instead") as refused:
        FileLock.take(tmp_path / "swf.db")
    assert refused.value.url == f"sqlite:///{tmp_path}/swf.db"
    lock.release()


def test_what_an_earlier_owner_announced_is_forgotten_by_the_next(tmp_path: Path) -> None:
    first = FileLock.take(tmp_path / "swf.db")
    first.announce("http://127.0.0.1:4510")
    first.release()
    second = FileLock.take(tmp_path / "swf.db")
    with pytest.raises(DatabaseUnusable) as refused:
        FileLock.take(tmp_path / "swf.db")
    assert "http:" not in str(refused.value)
    second.release()


def test_a_released_lock_can_be_taken_again(tmp_path: Path) -> None:
    FileLock.take(tmp_path / "swf.db").release()
    FileLock.take(tmp_path / "swf.db").release()


def test_two_files_have_two_locks(tmp_path: Path) -> None:
    locks = [FileLock.take(tmp_path / name) for name in ("one.db", "two.db")]
    for lock in locks:
        lock.release()


HOLD = """
import sys, time
from pathlib import Path
from engine.service.lock import FileLock
lock = FileLock.take(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "swf.db"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert holder.stdout is not None
    with holder, holder.stdout:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(DatabaseUnusable, match=f"process {holder.pid}"):
            FileLock.take(path)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    FileLock.take(path).release()


def test_the_folder_is_made(tmp_path: Path) -> None:
    FileLock.take(tmp_path / "a" / "b" / "swf.db").release()
    assert (tmp_path / "a" / "b").is_dir()


def test_a_folder_that_can_not_be_made_is_unusable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseUnusable, match="can't be written"):
        FileLock.take(tmp_path / "file" / "swf.db")


TAKE = """
import os, sys
from pathlib import Path
from engine.errors import DatabaseUnusable
from engine.service.lock import FileLock
os.chdir(sys.argv[1])
if os.getuid() == 0:
    os.setuid(65534)
try:
    FileLock.take(Path("swf.db"))
except DatabaseUnusable as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no write permission there")
def test_a_read_only_folder_is_unusable_and_the_message_says_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    done = subprocess.run([sys.executable, "-c", TAKE, tmp_path], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert "can't be written (Permission denied)" in done.stdout
    assert "name a file in a folder that this user may write" in done.stdout


def test_a_folder_is_no_database_and_gets_no_lock_beside_it(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(DatabaseUnusable, match="it is a folder; name a file in it"):
        FileLock.take(tmp_path / "folder")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]
