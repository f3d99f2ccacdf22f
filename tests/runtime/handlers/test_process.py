"""Real programs, run to their end: what is read, what is bounded, what stops them."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.runtime.handlers.process import STDERR_TAIL, STDOUT_LIMIT, Exit, Program, run_program
from engine.runtime.task import Leash, Why
from tests.runtime.world import PATIENCE


def run(script: str, *, stdin: bytes = b"", grace: float = 5.0, leash: Leash | None = None, lines: list[str] | None = None) -> Exit:
    program = Program(argv=["sh", "-c", script], folder=Path(), environment=os.environ, stdin=stdin, grace=grace)
    return run_program(program, leash or Leash(), ([] if lines is None else lines).append)


def stop_when(condition: Path, leash: Leash, why: Why = Why.CANCELED) -> threading.Thread:
    """Asks it to stop as soon as the program has written that file: then it surely runs."""
    return when(condition, lambda: leash.stop(why))


def when(condition: Path, act: Callable[[], None]) -> threading.Thread:
    def wait_and_act() -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition.exists():
            assert time.monotonic() < deadline, f"{condition} was never written"
            time.sleep(0.01)
        act()

    thread = threading.Thread(target=wait_and_act)
    thread.start()
    return thread


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def test_stdout_and_the_exit_code_come_back() -> None:
    ended = run("echo hello; exit 3")
    assert (ended.code, ended.stdout, ended.stdout_complete, ended.stopped) == (3, b"hello\n", True, False)


def test_a_signal_is_a_negative_code() -> None:
    assert run("kill -KILL $$").code == -signal.SIGKILL


def test_stdin_larger_than_any_pipe_is_fed_while_stdout_is_read() -> None:
    given = bytes(range(256)) * 3000
    assert run("cat", stdin=given).stdout == given


def test_no_stdin_is_an_empty_one() -> None:
    assert run("cat; echo end").stdout == b"end\n"


def test_a_program_that_never_reads_its_stdin_ends_all_the_same() -> None:
    assert run("exec 0<&-; echo done", stdin=b"x" * 500_000).stdout == b"done\n"


def test_a_flood_of_stdout_is_drained_and_only_its_beginning_kept() -> None:
    ended = run("head -c 30000000 /dev/zero | tr '\\0' x; echo end >&2")
    assert (len(ended.stdout), ended.stdout_complete) == (STDOUT_LIMIT, False)
    assert (ended.code, ended.stderr) == (0, b"end\n"), "it was not ended for talking much"


def test_stderr_comes_line_by_line_and_its_tail_is_kept() -> None:
    lines: list[str] = []
    ended = run("for i in $(seq 1 5000); do echo line-$i >&2; done; printf last >&2", lines=lines)
    assert lines == [*(f"line-{number}" for number in range(1, 5001)), "last"]
    assert len(ended.stderr) == STDERR_TAIL
    assert ended.stderr.endswith(b"line-5000\nlast")


def test_an_endless_line_on_stderr_is_cut_not_collected() -> None:
    lines: list[str] = []
    run("head -c 1000000 /dev/zero | tr '\\0' x >&2", lines=lines)
    assert sum(map(len, lines)) == 1_000_000
    assert max(map(len, lines)) < 200_000


def test_stderr_that_is_no_utf8_is_shown_with_replacements() -> None:
    lines: list[str] = []
    run("printf 'caf\\351\\n' >&2", lines=lines)
    assert lines == ["caf\N{REPLACEMENT CHARACTER}"]


def test_a_grandchild_that_holds_stdout_does_not_hold_us() -> None:
    ended = run("sleep 300 & echo $!")
    sleeper = int(ended.stdout)
    assert is_alive(sleeper), "what a program leaves behind on purpose lives on"
    os.kill(sleeper, signal.SIGKILL)


def test_what_a_grandchild_wrote_before_the_end_is_there(tmp_path: Path) -> None:
    written = tmp_path / "written"
    script = f"(echo early; touch {written}; exec sleep 60) & until test -e {written}; do sleep 0.01; done; kill $!; echo late"
    assert run(script).stdout == b"early\nlate\n"


def test_a_stop_request_ends_it_with_term(tmp_path: Path) -> None:
    leash = Leash()
    thread = stop_when(tmp_path / "up", leash)
    ended = run(f"touch {tmp_path}/up; exec sleep 60", leash=leash)
    thread.join()
    assert (ended.code, ended.stopped) == (-signal.SIGTERM, True)


def test_a_request_that_came_before_the_start_counts() -> None:
    leash = Leash()
    leash.stop(Why.DRAINED)
    assert run("sleep 60", leash=leash).stopped


def test_a_program_may_clean_up_within_the_grace(tmp_path: Path) -> None:
    leash = Leash()
    thread = stop_when(tmp_path / "up", leash)
    ended = run(
        f"trap 'sleep 0.2; echo cleaned; exit 0' TERM; touch {tmp_path}/up; while :; do sleep 0.05; done", leash=leash, grace=PATIENCE
    )
    thread.join()
    assert (ended.code, ended.stdout, ended.stopped) == (0, b"cleaned\n", True)


def test_one_that_ignores_term_is_killed_after_the_grace(tmp_path: Path) -> None:
    leash = Leash()
    thread = stop_when(tmp_path / "up", leash)
    ended = run(f"trap '' TERM; touch {tmp_path}/up; while :; do sleep 0.05; done", leash=leash, grace=0.3)
    thread.join()
    assert (ended.code, ended.stopped) == (-signal.SIGKILL, True)


def test_one_that_is_to_stop_at_once_gets_no_grace(tmp_path: Path) -> None:
    leash = Leash()
    stopper = stop_when(tmp_path / "up", leash)
    hurrier = when(tmp_path / "termed", leash.hurry)
    script = f"trap 'touch {tmp_path}/termed' TERM; touch {tmp_path}/up; while :; do sleep 0.05; done"
    ended = run(script, leash=leash, grace=1000)
    stopper.join()
    hurrier.join()
    assert (ended.code, ended.stopped) == (-signal.SIGKILL, True)


def test_the_whole_group_is_ended_even_those_that_outlive_their_parent(tmp_path: Path) -> None:
    leash = Leash()
    thread = stop_when(tmp_path / "pid", leash)
    child = f"trap '' TERM; echo $$ > {tmp_path}/pid.new; mv {tmp_path}/pid.new {tmp_path}/pid; while :; do sleep 0.05; done"
    ended = run(f'sh -c "{child.replace("$", chr(92) + "$")}" >/dev/null 2>&1 & wait', leash=leash, grace=0.3)
    thread.join()
    assert ended.stopped
    grandchild = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + PATIENCE
    while is_alive(grandchild) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_alive(grandchild)


def test_it_leads_a_session_of_its_own() -> None:
    ended = run(f"{sys.executable} -c 'import os; print(os.getsid(0) == os.getppid() or os.getsid(0) == os.getpid(), os.getsid(0))'")
    own, session = ended.stdout.split()
    assert own == b"True"
    assert int(session) != os.getsid(0)


def test_no_file_descriptors_are_left_behind() -> None:
    gc.collect()  # what other tests have left
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        run("echo x", stdin=b"y")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_program_that_is_not_there_can_not_be_started() -> None:
    program = Program(argv=["no-such-program-anywhere"], folder=Path(), environment={}, stdin=b"", grace=1)
    with pytest.raises(FileNotFoundError):
        run_program(program, Leash(), lambda _: None)


def test_a_failing_log_leaves_no_program_behind(tmp_path: Path) -> None:
    program = Program(
        argv=["sh", "-c", f"echo $$ > {tmp_path}/pid; echo oops >&2; sleep 60"], folder=Path(), environment=os.environ, stdin=b"", grace=1
    )

    def refuse(line: str) -> None:
        raise RuntimeError(line)

    with pytest.raises(RuntimeError, match="oops"):
        run_program(program, Leash(), refuse)
    assert not is_alive(int((tmp_path / "pid").read_text()))
