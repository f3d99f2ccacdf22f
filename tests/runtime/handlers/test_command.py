"""A command's end becomes an outcome; its surroundings tell it which task it runs. Real programs throughout."""

from __future__ import annotations

import json
import logging
import stat
import sys
from pathlib import Path

import pytest

from engine.runtime.handlers.command import ENVIRONMENT_INPUT_LIMIT, CommandHandler
from engine.runtime.task import PAYLOAD_LIMIT, Abandoned, Canceled, Completed, Failed, Leash, Outcome, Why
from engine.spec.model import ABSENT, CommandRun, FileOutput, Template
from tests.runtime.handlers.jobs import job
from tests.runtime.handlers.test_process import stop_when


def handler(folder: Path, *argv: str, output: str = "", environment: dict[str, str] | None = None) -> CommandHandler:
    return CommandHandler(
        run_as=CommandRun(argv=tuple(Template(value=argument) for argument in argv), environment=environment or {}),
        output=FileOutput(path=Template(value=output)) if output else ABSENT,
        folder=folder,
        grace=60.0,
    )


def run(folder: Path, *argv: str, given: str = "", output: str = "", environment: dict[str, str] | None = None) -> Outcome:
    return handler(folder, *argv, output=output, environment=environment).run(job(given), Leash())


def script(folder: Path, text: str) -> str:
    (folder / "script.py").write_text(text, encoding="utf-8")
    return "script.py"


def result(outcome: Outcome) -> str:
    assert isinstance(outcome, Completed), outcome
    assert outcome.result is not ABSENT
    return outcome.result


def failed(outcome: Outcome) -> Failed:
    assert isinstance(outcome, Failed), outcome
    return outcome


def test_stdout_is_the_result_without_its_line_break(tmp_path: Path) -> None:
    assert result(run(tmp_path, "echo", "b")) == "b"


def test_only_one_line_break_is_dropped(tmp_path: Path) -> None:
    assert result(run(tmp_path, "printf", "%s", "a\n\n")) == "a\n"


def test_json_on_stdout_travels_as_it_is(tmp_path: Path) -> None:
    assert result(run(tmp_path, "echo", '{"price": 10.0}')) == '{"price": 10.0}'


def test_a_program_that_prints_nothing_has_no_result(tmp_path: Path) -> None:
    assert run(tmp_path, "true") == Completed()


def test_a_program_runs_in_the_specs_folder(tmp_path: Path) -> None:
    assert result(run(tmp_path, "pwd", "-P")) == str(tmp_path.resolve())


def test_a_script_beside_the_spec_is_found(tmp_path: Path) -> None:
    assert result(run(tmp_path, sys.executable, script(tmp_path, "print('found')"))) == "found"


def test_an_executable_of_the_folder_is_found_by_its_relative_path(tmp_path: Path) -> None:
    program = tmp_path / "hello.sh"
    program.write_text("#!/bin/sh\necho hello\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    assert result(run(tmp_path, "./hello.sh")) == "hello"


def test_arguments_are_templates_over_the_task(tmp_path: Path) -> None:
    given = json.dumps({"letter": "b", "n": 3})
    said = run(tmp_path, "echo", "{% input.letter %}", "{% input.n + 1 %}", "id={% activityId %}/{% workflowId %}/{% runId %}", given=given)
    assert result(said) == "b 4 id=greet/greeting-1/run-1"


def test_an_argument_that_is_no_text_is_compact_json(tmp_path: Path) -> None:
    assert result(run(tmp_path, "echo", "{% input %}", given='{"a": [1, true]}')) == '{"a":[1,true]}'


def test_no_shell_reads_the_arguments(tmp_path: Path) -> None:
    assert result(run(tmp_path, "echo", "{% input %}", given='"$(id); `id` && id > x"')) == "$(id); `id` && id > x"
    assert not (tmp_path / "x").exists()


def test_an_argument_that_yields_nothing_fails_the_task(tmp_path: Path) -> None:
    assert failed(run(tmp_path, "echo", "{% input.nope %}", given="{}")).reason == "Expression.Undefined"


def test_stdin_is_the_payload_verbatim(tmp_path: Path) -> None:
    given = '{"n":  1.0, "s": "\N{SNOWMAN}"}'
    assert result(run(tmp_path, "cat", given=given)) == given


def test_a_large_input_reaches_stdin_but_no_variable(tmp_path: Path) -> None:
    given = "\N{SNOWMAN}" * PAYLOAD_LIMIT
    source = "import os, sys; print(len(sys.stdin.buffer.read()), 'SWFGRAPH_INPUT' in os.environ)"
    assert result(run(tmp_path, sys.executable, script(tmp_path, source), given=given)) == f"{3 * PAYLOAD_LIMIT} False"


def test_the_environment_says_which_task_it_is(tmp_path: Path) -> None:
    source = "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if k.startswith('SWFGRAPH_')}))"
    argv = (sys.executable, script(tmp_path, source))
    said = result(handler(tmp_path, *argv).run(job("7", activity_id="greet.2.3"), Leash()))
    assert json.loads(said) == {
        "SWFGRAPH_INPUT": "7",
        "SWFGRAPH_ACTIVITY_ID": "greet.2.3",
        "SWFGRAPH_ACTIVITY_TYPE": "Greet",
        "SWFGRAPH_WORKFLOW_ID": "greeting-1",
        "SWFGRAPH_RUN_ID": "run-1",
        "SWFGRAPH_DOMAIN": "TEST",
        "SWFGRAPH_TASK_LIST": "tasks",
        "SWFGRAPH_NODE": "greet",
        "SWFGRAPH_ATTEMPT": "3",
    }


def test_the_specs_environment_is_added_to_the_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FROM_WORKER", "w")
    assert result(run(tmp_path, "sh", "-c", "echo $FROM_WORKER$FROM_SPEC", environment={"FROM_SPEC": "s"})) == "ws"


@pytest.mark.parametrize("given", ["x" * (ENVIRONMENT_INPUT_LIMIT + 1), "a\0b", "\ud800"], ids=["large", "nul", "half a pair"])
def test_an_input_that_fits_no_variable_is_left_out(tmp_path: Path, given: str) -> None:
    assert result(run(tmp_path, "sh", "-c", "echo ${SWFGRAPH_INPUT-none}", given=given)) == "none"


def test_a_non_zero_exit_is_named_and_stderr_is_its_details(tmp_path: Path) -> None:
    said = run(tmp_path, "sh", "-c", "echo before; echo no card >&2; exit 3")
    assert said == Failed(reason="ExitCode.3", details="no card")


def test_a_silent_failure_is_described(tmp_path: Path) -> None:
    assert run(tmp_path, "false") == Failed(reason="ExitCode.1", details="false ended with exit code 1 and wrote nothing to stderr")


def test_a_signal_is_named(tmp_path: Path) -> None:
    assert failed(run(tmp_path, "sh", "-c", "kill -KILL $$")).reason == "Signal.KILL"


def test_details_are_the_end_of_a_long_stderr(tmp_path: Path) -> None:
    said = failed(run(tmp_path, "sh", "-c", "seq 1 100000 >&2; exit 1"))
    assert said.details.endswith("99999\n100000")
    assert len(said.details) <= 8192


def test_a_program_that_does_not_exist(tmp_path: Path) -> None:
    said = failed(run(tmp_path, "no-such-program"))
    assert said.reason == "Command.NotFound"
    assert "no-such-program" in said.details


def test_a_script_that_does_not_exist_is_its_interpreters_complaint(tmp_path: Path) -> None:
    said = failed(run(tmp_path, sys.executable, "missing.py"))
    assert said.reason == "ExitCode.2"
    assert "missing.py" in said.details


def test_a_file_that_is_not_executable(tmp_path: Path) -> None:
    (tmp_path / "plain.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    said = failed(run(tmp_path, "./plain.sh"))
    assert said.reason == "Command.NotExecutable"
    assert "chmod" in said.details


def test_an_executable_without_a_first_line_is_not_executable(tmp_path: Path) -> None:
    program = tmp_path / "noise"
    program.write_bytes(b"\x00\x01\x02")
    program.chmod(0o755)
    assert failed(run(tmp_path, "./noise")).reason == "Command.NotExecutable"


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    said = failed(run(tmp_path / "gone", "echo"))
    assert said.reason == "Command.NotFound"
    assert "gone" in said.details


def test_an_argument_that_no_system_call_takes(tmp_path: Path) -> None:
    assert failed(run(tmp_path, "echo", "{% input %}", given=json.dumps("a\0b"))).reason == "Command.NotStarted"
    assert failed(run(tmp_path, "echo", "{% input %}", given="\ud800")).reason == "Command.NotStarted"


def test_arguments_that_are_too_long_together(tmp_path: Path) -> None:
    said = failed(run(tmp_path, "echo", *["{% input %}"] * 100, given=json.dumps("x" * 32_000)))
    assert said.reason == "Command.NotStarted"
    assert "stdin" in said.details


def test_output_at_the_payloads_limit_is_a_result(tmp_path: Path) -> None:
    source = f"print('x' * {PAYLOAD_LIMIT})"
    assert len(result(run(tmp_path, sys.executable, script(tmp_path, source)))) == PAYLOAD_LIMIT


@pytest.mark.parametrize("size", [PAYLOAD_LIMIT + 1, 5_000_000])
def test_output_beyond_it_is_too_large(tmp_path: Path, size: int) -> None:
    said = failed(run(tmp_path, sys.executable, script(tmp_path, f"print('x' * {size})")))
    assert said.reason == "Output.TooLarge"
    assert "32,768" in said.details


def test_spacious_json_is_made_compact_before_it_is_called_too_large(tmp_path: Path) -> None:
    source = "import json; print(json.dumps({'items': [[n] for n in range(2000)]}, indent=8))"
    said = result(run(tmp_path, sys.executable, script(tmp_path, source)))
    assert json.loads(said) == {"items": [[number] for number in range(2000)]}


def test_output_that_is_no_text_is_refused(tmp_path: Path) -> None:
    assert failed(run(tmp_path, "printf", "caf\\351")).reason == "Output.NotText"


def test_a_file_can_be_the_result_instead_of_stdout(tmp_path: Path) -> None:
    assert result(run(tmp_path, "sh", "-c", "echo noise; echo b > a.out", output="a.out")) == "b"


def test_the_files_name_may_depend_on_the_input(tmp_path: Path) -> None:
    assert result(run(tmp_path, "sh", "-c", "echo seven > out.7", output="out.{% input %}", given="7")) == "seven"


def test_a_file_that_was_not_written_is_missing(tmp_path: Path) -> None:
    assert failed(run(tmp_path, "true", output="a.out")).reason == "Output.Missing"


def test_a_pipe_is_no_output_file(tmp_path: Path) -> None:
    assert failed(run(tmp_path, "mkfifo", "a.out", output="a.out")).reason == "Output.Missing"


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    assert failed(run(tmp_path, "sh", "-c", "head -c 2000000 /dev/zero > a.out", output="a.out")).reason == "Output.TooLarge"


@pytest.mark.parametrize(("why", "expected"), [(Why.CANCELED, Canceled()), (Why.LOST, Abandoned())], ids=["cancel requested", "task lost"])
def test_a_program_that_is_told_to_stop_answers_why(tmp_path: Path, why: Why, expected: Outcome) -> None:
    leash = Leash()
    thread = stop_when(tmp_path / "up", leash, why)
    assert handler(tmp_path, "sh", "-c", "touch up; exec sleep 60").run(job(), leash) == expected
    thread.join()


def test_a_draining_worker_fails_what_it_ends(tmp_path: Path) -> None:
    leash = Leash()
    thread = stop_when(tmp_path / "up", leash, Why.DRAINED)
    assert failed(handler(tmp_path, "sh", "-c", "touch up; exec sleep 60").run(job(), leash)).reason == "Worker.Stopped"
    thread.join()


def test_the_log_says_what_is_executed_and_what_stderr_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "engine.runtime")
    run(tmp_path, "sh", "-c", "echo careful >&2")
    assert [record.getMessage() for record in caplog.records] == [
        "Execute Greet with command: sh -c 'echo careful >&2'",
        "Greet stderr: careful",
    ]
