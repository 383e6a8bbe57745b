import threading
from collections.abc import Callable, Iterator

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.events import (
    JobCrashed,
    ModelAwaited,
    ModelFailed,
    ModelLoadProgressed,
    ModelReady,
    ModelUnloaded,
    NoModelCame,
    NoticeRaised,
    SnapshotsCleared,
)
from chatdesk.engine.base import Engine, LoadOptions
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.services.worker import Priority, Worker
from tests.support.desk import Desk, EventLog, model

A, B = model("A"), model("B")


def test_loading_sets_the_crash_marker_first_and_takes_it_away_after(desk: Desk) -> None:
    desk.garage.engines[A.path] = ScriptedEngine(["x"])
    desk.inference.load(A, LoadOptions())
    desk.log.wait_for(ModelReady)
    desk.inference.unload()
    desk.log.wait_for(ModelUnloaded)
    assert desk.marker.history == [A.path, None]
    assert desk.tried == [A.path]


def test_the_marker_is_set_while_the_engine_is_made(desk: Desk) -> None:
    seen: list[str | None] = []
    desk.garage.engines[A.path] = ScriptedEngine(["x"])
    desk.garage.before_load = lambda: seen.append(desk.marker.history[-1])
    desk.inference.load(A, LoadOptions())
    desk.log.wait_for(ModelReady)
    assert seen == [A.path]


def test_a_failed_switch_names_the_cause_and_brings_the_previous_model_back(desk: Desk) -> None:
    desk.garage.engines[A.path] = ScriptedEngine(["x"], name="A")
    desk.garage.engines[B.path] = UserFacingError(ErrorCode.MODEL_OUT_OF_MEMORY, model="B")
    desk.inference.load(A, LoadOptions())
    desk.log.wait_for(ModelReady)
    desk.inference.load(B, LoadOptions())
    failed = desk.log.wait_for(ModelFailed)
    assert failed.model == B
    assert failed.error.code is ErrorCode.MODEL_OUT_OF_MEMORY
    desk.log.wait_for(ModelReady, lambda event: event.model == A and len(desk.log.of(ModelReady)) == 2)
    desk.inference.unload()
    assert desk.log.wait_for(ModelUnloaded).model == A


def test_a_cancelled_load_leaves_the_model_before_it_in_use(desk: Desk) -> None:
    desk.garage.engines[A.path] = ScriptedEngine(["x"], name="A")
    desk.garage.engines[B.path] = ScriptedEngine(["x"], name="B")
    desk.inference.load(A, LoadOptions())
    desk.log.wait_for(ModelReady)
    reached, cancelled = threading.Event(), threading.Event()

    def wait_for_cancel() -> None:
        if not reached.is_set():
            reached.set()
            assert cancelled.wait(10)

    desk.garage.before_load = wait_for_cancel
    desk.inference.load(B, LoadOptions())
    assert reached.wait(10)
    assert desk.inference.model == B
    desk.inference.cancel_load()
    cancelled.set()
    assert desk.log.wait_for(ModelFailed).error.code is ErrorCode.LOAD_CANCELLED
    desk.log.wait_for(ModelReady, lambda event: event.model == A and len(desk.log.of(ModelReady)) > 1)
    desk.inference.unload()
    desk.log.wait_for(ModelUnloaded)
    assert desk.inference.model is None


def test_a_bug_while_loading_is_seen_and_the_model_before_it_stays(desk: Desk) -> None:
    desk.garage.engines[A.path] = ScriptedEngine(["x"], name="A")
    desk.inference.load(A, LoadOptions())
    desk.log.wait_for(ModelReady)
    desk.inference.load(B, LoadOptions())  # of which the garage knows nothing
    assert desk.log.wait_for(ModelFailed).error.code is ErrorCode.INTERNAL
    desk.log.wait_for(JobCrashed)
    desk.log.wait_for(ModelReady, lambda event: event.model == A and len(desk.log.of(ModelReady)) == 2)
    assert desk.inference.model == A


def test_another_choice_is_not_kept_waiting_by_the_return_to_the_model_before(desk: Desk) -> None:
    for file, name in ((A, "A"), (B, "B")):
        desk.garage.engines[file.path] = ScriptedEngine(["x"], name=name)
    desk.inference.load(A, LoadOptions())
    desk.log.wait_for(ModelReady)
    options = LoadOptions(n_ctx=99)
    steps: Iterator[Callable[[], None]] = iter(
        [desk.inference.cancel_load, lambda: desk.inference.load(B, options), lambda: None]
    )

    def take_a_step() -> None:
        next(steps)()

    desk.garage.before_load = take_a_step
    desk.inference.load(B, LoadOptions())
    # B is cancelled, the return to A is given up for B with other options, and that one goes through.
    desk.log.wait_for(ModelReady, lambda event: event.model == B)
    assert [event.model for event in desk.log.of(ModelReady)] == [A, B]
    assert desk.garage.options[-1] == options


def test_unloading_while_a_model_loads_leaves_none(desk: Desk) -> None:
    for file, name in ((A, "A"), (B, "B")):
        desk.garage.engines[file.path] = ScriptedEngine(["x"], name=name)
    desk.inference.load(A, LoadOptions())
    desk.log.wait_for(ModelReady)
    desk.garage.before_load = desk.inference.unload
    desk.inference.load(B, LoadOptions())
    assert desk.log.wait_for(ModelFailed).error.code is ErrorCode.LOAD_CANCELLED
    ended = threading.Event()

    def end(engine: Engine | None) -> None:
        assert engine is None
        ended.set()

    desk.inference.run("look", end)
    assert ended.wait(10)
    assert desk.inference.model is None
    assert len(desk.garage.options) == 2


def test_only_the_last_of_several_loads_goes_through(desk: Desk) -> None:
    desk.garage.engines[A.path] = ScriptedEngine(["x"], name="A")
    desk.garage.engines[B.path] = ScriptedEngine(["x"], name="B")
    go = threading.Event()

    def hold(_engine: Engine | None) -> None:
        go.wait(10)

    desk.inference.run("hold", hold)
    for file in (A, B, A, B):
        desk.inference.load(file, LoadOptions())
    go.set()
    assert desk.log.wait_for(ModelReady).model == B
    assert len(desk.garage.options) == 1
    assert desk.log.of(ModelFailed) == []


def test_progress_runs_upwards_to_ready(desk: Desk) -> None:
    desk.garage.engines[A.path] = ScriptedEngine(["x"])
    desk.inference.load(A, LoadOptions())
    desk.log.wait_for(ModelReady)
    fractions = [event.fraction for event in desk.log.of(ModelLoadProgressed)]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.0


def test_loading_what_is_loaded_costs_nothing(desk: Desk) -> None:
    desk.garage.engines[A.path] = ScriptedEngine(["x"])
    desk.inference.load(A, LoadOptions())
    desk.log.wait_for(ModelReady)
    desk.inference.load(A, LoadOptions())
    desk.log.wait_for(ModelReady, lambda _event: len(desk.log.of(ModelReady)) == 2)
    assert len(desk.garage.options) == 1


def test_a_job_without_a_model_gets_none(desk: Desk) -> None:
    got: list[Engine | None] = []
    done = threading.Event()

    def look(engine: Engine | None) -> None:
        got.append(engine)
        done.set()

    desk.inference.run("look", look)
    assert done.wait(10)
    assert got == [None]


def noted(desk: Desk, got: list[Engine | None]) -> threading.Event:
    """Queue a job that notes what it gets; set when it did."""
    done = threading.Event()

    def note(engine: Engine | None) -> None:
        got.append(engine)
        done.set()

    desk.inference.run("note", note)
    return done


def test_jobs_wait_for_a_model_that_is_being_chosen(desk: Desk) -> None:
    desk.garage.engines[B.path] = engine = ScriptedEngine(["x"])
    got: list[Engine | None] = []
    desk.inference.await_model(A)
    desk.log.wait_for(ModelAwaited)
    assert desk.inference.has_model
    assert desk.inference.model == A
    done = noted(desk, got)
    desk.inference.load(B, LoadOptions())
    desk.log.wait_for(ModelReady)
    assert done.wait(10)
    assert got == [engine]
    desk.inference.stop_awaiting()
    assert noted(desk, got).wait(10)
    assert desk.inference.model == B
    assert desk.log.of(NoModelCame) == []


def test_where_no_model_comes_jobs_go_on_without_one(desk: Desk) -> None:
    got: list[Engine | None] = []
    desk.inference.await_model(A)
    done = noted(desk, got)
    desk.inference.stop_awaiting()
    desk.log.wait_for(NoModelCame)
    assert done.wait(10)
    assert got == [None]
    assert desk.inference.model is None
    assert not desk.inference.has_model


def test_while_another_model_loads_the_loaded_one_goes_by_its_own_name(desk: Desk) -> None:
    for file, name in ((A, "A"), (B, "B")):
        desk.garage.engines[file.path] = ScriptedEngine(["x"], name=name)
    desk.inference.load(A, LoadOptions())
    desk.log.wait_for(ModelReady)
    begun, go = threading.Event(), threading.Event()

    def hold(_engine: Engine | None) -> None:
        begun.set()
        go.wait(10)

    desk.inference.run("hold", hold)
    assert begun.wait(10)
    desk.inference.load(B, LoadOptions())
    loaded = desk.inference.loaded
    go.set()
    assert desk.inference.model == B
    assert loaded is not None
    assert (loaded[0], loaded[1].name) == (A, "A")


def test_a_worker_survives_its_jobs_and_does_what_is_queued_before_it_ends() -> None:
    log = EventLog()
    worker = Worker("w", log.post)
    done: list[str] = []
    hold = threading.Event()

    def problem() -> None:
        raise UserFacingError(ErrorCode.DISK_FULL)

    def bug() -> None:
        raise ZeroDivisionError

    def wait() -> None:
        hold.wait(10)

    worker.submit("hold", wait)
    worker.submit("spare", lambda: done.append("spare"), Priority.SPARE)
    worker.submit("idle", lambda: done.append("idle"), Priority.IDLE)
    worker.submit("glance", lambda: done.append("glance"), Priority.GLANCE)
    worker.submit("problem", problem)
    worker.submit("bug", bug)
    worker.submit("normal", lambda: done.append("normal"))
    hold.set()
    assert worker.close(10)
    assert done == ["normal", "glance", "idle", "spare"]
    assert log.wait_for(NoticeRaised).error.code is ErrorCode.DISK_FULL
    assert log.wait_for(JobCrashed).job == "bug"
    worker.submit("late", lambda: done.append("late"))
    assert "late" not in done


def test_idle_work_gives_way_to_what_is_more_urgent_and_to_nothing_else() -> None:
    worker = Worker("test", EventLog().post)
    begun, hold = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        hold.wait(10)

    def wanted() -> list[Priority]:
        return [priority for priority in Priority if worker.is_wanted(priority)]

    worker.submit("hold", wait)
    assert begun.wait(10)
    assert wanted() == []
    worker.submit("idle", lambda: None, Priority.IDLE)
    assert wanted() == [Priority.SPARE, Priority.CLOSE]
    worker.submit("normal", lambda: None)
    assert wanted() == [Priority.GLANCE, Priority.IDLE, Priority.SPARE, Priority.CLOSE]
    hold.set()
    assert worker.close(10)


def test_clearing_snapshots_tells_when_it_is_done_and_what_it_freed(desk: Desk) -> None:
    engine = desk.garage.engines[A.path] = ScriptedEngine(["x"])
    desk.inference.load(A, LoadOptions())
    desk.saved_bytes = 1234
    desk.inference.clear_snapshots()
    assert desk.log.wait_for(SnapshotsCleared).freed_bytes == 1234
    assert engine.forgotten == desk.forgotten == [None]
