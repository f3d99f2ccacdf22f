"""Python functions as activities: how they are found, called, and what becomes of what they return or raise."""

from __future__ import annotations

import importlib
import json
import threading
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.runtime.activity import Activity, current
from engine.runtime.handlers.loading import load_function
from engine.runtime.handlers.python import PythonHandler, arity
from engine.runtime.task import PAYLOAD_LIMIT, Abandoned, Canceled, Completed, Failed, Leash, Outcome, Why
from engine.spec.model import ABSENT, Json, PythonRun
from tests.runtime.handlers.jobs import job


def load(folder: Path, source: str, *, module: str = "deeds", function: str = "act") -> PythonHandler:
    folder.mkdir(exist_ok=True)
    (folder / f"{module}.py").write_text(source, encoding="utf-8")
    return load_function(PythonRun(module=module, function=function), folder, "Deed")


def run(folder: Path, source: str, given: str = "") -> Outcome:
    return load(folder, source).run(job(given), Leash())


def failed(outcome: Outcome) -> Failed:
    assert isinstance(outcome, Failed), outcome
    return outcome


def test_the_input_comes_as_a_value_and_the_return_value_is_the_result(tmp_path: Path) -> None:
    assert run(tmp_path, "def act(order): return {'sum': sum(order['prices'])}", '{"prices": [1, 2.5]}') == Completed(result='{"sum":3.5}')


def test_text_that_is_no_json_comes_as_text(tmp_path: Path) -> None:
    assert run(tmp_path, "def act(given): return given.upper()", "apple") == Completed(result='"APPLE"')


def test_a_function_without_parameters_is_called_without_the_input(tmp_path: Path) -> None:
    assert run(tmp_path, "def act(): return 1", '"ignored"') == Completed(result="1")


def test_without_input_the_value_is_none(tmp_path: Path) -> None:
    assert run(tmp_path, "def act(given): return repr(given)") == Completed(result='"None"')


def test_none_is_no_result(tmp_path: Path) -> None:
    assert run(tmp_path, "def act(): pass") == Completed()


def test_a_second_required_parameter_is_the_activity(tmp_path: Path) -> None:
    source = "def act(given, activity): return [activity.job.workflow_id, activity.job.node, activity.cancel_requested]"
    assert run(tmp_path, source) == Completed(result='["greeting-1","greet",false]')


def one_with_default(given: Json, limit: int = 3) -> None: ...
def any_number(*given: Json) -> None: ...
def only_keywords(*, given: Json = 1) -> None: ...
def three(given: Json, activity: Activity, more: Json) -> None: ...


@pytest.mark.parametrize(("function", "expected"), [(one_with_default, 1), (any_number, 1), (only_keywords, 0), (len, 1)])
def test_defaults_are_the_functions_own(function: type, expected: int) -> None:
    assert arity(function) == expected


def test_a_function_that_wants_more_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"deeds:act.*\(input, activity\)"):
        load(tmp_path, "def act(given, activity, more): pass")


def test_an_async_function_is_awaited_and_knows_its_task(tmp_path: Path) -> None:
    source = """
import asyncio
from engine.runtime.activity import current

async def act(n):
    await asyncio.sleep(0)
    return [n, current().job.node]
"""
    assert run(tmp_path, source, "7") == Completed(result='[7,"greet"]')


def test_an_exception_is_the_errors_name_and_its_message_comes_first(tmp_path: Path) -> None:
    said = failed(run(tmp_path, "class CardDeclined(Exception): pass\n\ndef act(): raise CardDeclined('no money')"))
    assert said.reason == "CardDeclined"
    assert said.details.startswith("deeds.CardDeclined: no money\n")
    assert 'deeds.py", line 3, in act' in said.details
    assert "engine/runtime" not in said.details


def test_a_long_message_and_a_deep_traceback_stay_within_bounds(tmp_path: Path) -> None:
    said = failed(run(tmp_path, "def act(n=0):\n    if (n or 0) > 200: raise ValueError('x' * 100_000)\n    act((n or 0) + 1)"))
    assert said.reason == "ValueError"
    assert len(said.details) < PAYLOAD_LIMIT


def test_sys_exit_fails_the_task_not_the_worker(tmp_path: Path) -> None:
    assert failed(run(tmp_path, "import sys\ndef act(): sys.exit(3)")).reason == "SystemExit"


@pytest.mark.parametrize("value", ["{1, 2}", "float('nan')", "object()"])
def test_what_json_can_not_hold_is_refused(tmp_path: Path, value: str) -> None:
    assert failed(run(tmp_path, f"def act(): return {value}")).reason == "Output.NotJson"


def test_a_value_that_contains_itself_is_refused(tmp_path: Path) -> None:
    assert failed(run(tmp_path, "def act():\n    a = []\n    a.append(a)\n    return a")).reason == "Output.NotJson"


def test_a_result_may_fill_the_payload_but_not_more(tmp_path: Path) -> None:
    fits = run(tmp_path, f"def act(): return 'x' * {PAYLOAD_LIMIT - 2}")
    assert isinstance(fits, Completed)
    assert failed(run(tmp_path / "more", f"def act(): return 'x' * {PAYLOAD_LIMIT - 1}")).reason == "Output.TooLarge"


def test_a_function_that_sees_the_request_may_answer_canceled(tmp_path: Path) -> None:
    source = """
from engine.runtime.activity import ActivityCanceled, current

def act():
    while not current().cancel_requested:
        pass
    raise ActivityCanceled("at row 7")
"""
    leash = Leash()
    handler = load(tmp_path, source)
    stopper = threading.Timer(0.05, leash.stop, [Why.CANCELED])
    stopper.start()
    assert handler.run(job(), leash) == Canceled(details="at row 7")


def test_one_that_stops_since_its_task_is_lost_answers_nobody(tmp_path: Path) -> None:
    leash = Leash()
    leash.stop(Why.LOST)
    source = "from engine.runtime.activity import ActivityCanceled\ndef act(): raise ActivityCanceled"
    assert load(tmp_path, source).run(job(), leash) == Abandoned()


def test_one_that_finishes_in_spite_of_the_request_has_completed(tmp_path: Path) -> None:
    leash = Leash()
    leash.stop(Why.CANCELED)
    assert load(tmp_path, "def act(): return 1").run(job(), leash) == Completed(result="1")


def test_progress_is_kept_for_the_next_heartbeat(tmp_path: Path) -> None:
    leash = Leash()
    load(tmp_path, "from engine.runtime.activity import current\ndef act(): current().heartbeat({'row': 1})").run(job(), leash)
    assert leash.progress == '{"row":1}'


def test_without_a_report_there_is_no_progress() -> None:
    assert Leash().progress is ABSENT


def test_progress_that_no_heartbeat_holds_is_the_functions_error(tmp_path: Path) -> None:
    said = failed(run(tmp_path, "def act(given, activity): activity.heartbeat('x' * 3000)"))
    assert said.reason == "ValueError"
    assert "2,048" in said.details


def test_outside_of_an_activity_there_is_no_current_one() -> None:
    with pytest.raises(LookupError):
        current()


def test_neighbours_in_the_specs_folder_can_be_imported(tmp_path: Path) -> None:
    (tmp_path / "prices_of_deeds.py").write_text("APPLE = 3\n", encoding="utf-8")
    assert run(tmp_path, "import prices_of_deeds\ndef act(): return prices_of_deeds.APPLE") == Completed(result="3")


def test_a_module_in_a_package_of_the_folder(tmp_path: Path) -> None:
    package = tmp_path / "deeds_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "inner.py").write_text("def act(): return 'inner'", encoding="utf-8")
    handler = load_function(PythonRun(module="deeds_package.inner", function="act"), tmp_path, "Deed")
    assert handler.run(job(), Leash()) == Completed(result='"inner"')


def test_a_module_that_is_installed_can_be_named_too(tmp_path: Path) -> None:
    handler = load_function(PythonRun(module="json", function="dumps"), tmp_path, "Deed")
    assert handler.run(job("[1]"), Leash()) == Completed(result=json.dumps("[1]"))


def test_modules_of_one_name_in_two_folders_are_two_modules(tmp_path: Path) -> None:
    first = load(tmp_path / "a", "def act(): return 'a'")
    second = load(tmp_path / "b", "def act(): return 'b'")
    again = load_function(PythonRun(module="deeds", function="act"), tmp_path / "b", "Deed")
    assert [one.run(job(), Leash()) for one in (first, second, again)] == [
        Completed(result='"a"'),
        Completed(result='"b"'),
        Completed(result='"b"'),
    ]
    assert again.function is second.function


def test_a_folders_module_wins_over_one_of_the_standard_library_that_stays_unshadowed(tmp_path: Path) -> None:
    handler = load(tmp_path, "def act(): return 'ours'", module="colorsys")
    assert handler.run(job(), Leash()) == Completed(result='"ours"')
    assert importlib.import_module("colorsys").rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)


def test_packages_of_one_name_in_two_folders_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name / "pack_of_deeds").mkdir(parents=True)
        (tmp_path / name / "pack_of_deeds" / "__init__.py").touch()
        (tmp_path / name / "pack_of_deeds" / "inner.py").write_text("def act(): pass", encoding="utf-8")
    named = PythonRun(module="pack_of_deeds.inner", function="act")
    load_function(named, tmp_path / "a", "Deed")
    with pytest.raises(UsageError, match="two workers"):
        load_function(named, tmp_path / "b", "Deed")


@pytest.mark.parametrize(
    ("module", "function", "complaint"),
    [
        ("deeds", "missing", "missing is not there"),
        ("deeds", "NUMBER", "NUMBER is no function"),
        ("no_such_deeds", "act", "no module no_such_deeds"),
        ("deeds.sub", "act", "no module deeds.sub"),
    ],
)
def test_what_is_not_there_is_said_at_the_start(tmp_path: Path, module: str, function: str, complaint: str) -> None:
    (tmp_path / "deeds.py").write_text("NUMBER = 1\ndef act(): pass\n", encoding="utf-8")
    with pytest.raises(UsageError, match=complaint):
        load_function(PythonRun(module=module, function=function), tmp_path, "Deed")


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("import not_installed_anywhere\n", r"ModuleNotFoundError: .*not_installed_anywhere.*deeds\.py, line 1"),
        ("\ndef act(:\n", r"SyntaxError"),
        ("raise SystemExit(3)", r"SystemExit: 3"),
    ],
)
def test_a_module_that_can_not_be_imported_says_why(tmp_path: Path, source: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=f"deeds can't be imported: {complaint}"):
        load(tmp_path, source)
