"""Tokens per second while the window draws them, against the raw loop; and how far the picture lags behind."""

from __future__ import annotations

from chatdesk.app import WindowedApp
from chatdesk.core.events import Event, ReplyDelta, ReplyFinished
from chatdesk.core.messages import Message
from tests.benchmarks.figures import PAIRS, QUICK_PAIRS, Bar, Figure, figure, interleaved, percentile, spread
from tests.benchmarks.headless import on_engine
from tests.benchmarks.raw import RawLoop
from tests.benchmarks.starter import LONG_STORY, OPTIONS, REPLY_TOKENS, STEADY, starter_model, user
from tests.benchmarks.window import DrawingLag, run_for, run_until, shown_window


def measure(*, is_quick: bool) -> list[Figure]:
    with shown_window(STEADY) as app:
        inference = app.core.inference
        raw = on_engine(inference, lambda _engine: RawLoop(starter_model(), OPTIONS))()
        prompt = on_engine(inference, lambda engine: engine.prompt_tokens(user(LONG_STORY)))()

        def theirs() -> float:
            return on_engine(inference, lambda _engine: raw.write(prompt, STEADY)[0])()

        lag = _lag_of(app)
        _reply(app)  # both have touched all of the model before it counts
        theirs()
        lag.lags.clear()
        measured = interleaved(QUICK_PAIRS if is_quick else PAIRS, lambda: _speed(_reply(app)), theirs)
        lag.close()
        assert len(lag.lags) >= len(measured) * (REPLY_TOKENS - 1) // 2, "the replies were not drawn"
        on_engine(inference, lambda _engine: raw.close())()
    return [
        figure(
            "window tokens/s ÷ raw",
            f"tokens per second as drawn in the window ÷ raw loop, {REPLY_TOKENS} tokens",
            Bar(0.92, is_least=True),
            [ours / theirs for ours, theirs in measured],
            notes=(
                f"window {spread([ours for ours, _ in measured], 'tokens/s')}",
                f"raw {spread([theirs for _, theirs in measured], 'tokens/s')}",
            ),
        ),
        figure(
            "text behind the engine",
            "from a piece of text leaving the engine to its being painted",
            Bar(100, unit=" ms"),
            lag.lags,
            counted="max",
            samples_are="pieces",
            notes=(f"99th percentile {percentile(lag.lags, 99):.0f} ms",),
        ),
    ]


def _lag_of(app: WindowedApp) -> DrawingLag:
    """Measures from the moment when a piece of text is announced, on the engine thread."""
    lag = DrawingLag(app)
    live = app.core.chats.live
    post = live._post

    def stamped(event: Event) -> None:
        if isinstance(event, ReplyDelta):
            lag.left_engine(event)
        post(event)

    live._post = stamped
    return lag


def _reply(app: WindowedApp) -> Message:
    """Have a new conversation answered while the window draws it."""
    app.window.new_chat()
    finished = run_until(
        app, lambda event: isinstance(event, ReplyFinished), lambda: app.window._sending.send(LONG_STORY)
    )
    assert isinstance(finished, ReplyFinished)
    run_for(0.2)  # let it be painted, before the raw loop keeps this thread busy
    return finished.message


def _speed(reply: Message) -> float:
    speed = reply.figures.tokens_per_second
    assert speed is not None
    assert reply.figures.reply_tokens == REPLY_TOKENS, f"the reply ended after {reply.figures.reply_tokens} tokens"
    return speed
