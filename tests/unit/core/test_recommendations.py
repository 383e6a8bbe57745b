from __future__ import annotations

from collections.abc import Mapping, Sequence

from chatdesk.core.fit import Fit, FitLabel, MemoryNeed
from chatdesk.core.hub_models import RemoteFile
from chatdesk.core.recommendations import CuratedModel, ModelPurpose, recommend


def model(
    name: str, gigabytes: float, purpose: ModelPurpose = ModelPurpose.CHAT, languages: Sequence[str] = ("en", "zh")
) -> CuratedModel:
    file = RemoteFile(f"{name}.gguf", round(gigabytes * 1e9), None)
    return CuratedModel(name, f"owner/{name}", file, "mit", tuple(languages), purpose, 1, "Good.", "好。")


def fit(label: FitLabel = FitLabel.FITS) -> Fit:
    return Fit(label, MemoryNeed(1, 1, 1), 4096)


def recommended(
    models: Sequence[CuratedModel], language: str = "en", count: int = 5, labels: Mapping[str, FitLabel] | None = None
) -> list[str]:
    fits = {each: fit((labels or {}).get(each.title, FitLabel.FITS)) for each in models}
    return [found.model.title for found in recommend(models, fits, language, count)]


def test_the_largest_of_each_purpose_comes_first_then_quicker_ones() -> None:
    models = [
        model("tiny", 0.5),
        model("big", 8),
        model("large", 7),
        model("small", 3),
        model("coder", 9, ModelPurpose.CODE),
        model("little-coder", 4, ModelPurpose.CODE),
        model("thinker", 5, ModelPurpose.REASONING),
        model("other-thinker", 4, ModelPurpose.REASONING),
    ]
    assert recommended(models) == ["big", "coder", "thinker", "small", "little-coder"]
    assert recommended(models, count=3) == ["big", "coder", "thinker"]


def test_what_does_not_fit_is_never_recommended() -> None:
    models = [model("big", 8), model("small", 3), model("coder", 9, ModelPurpose.CODE)]
    too_large = {"big": FitLabel.TOO_LARGE, "coder": FitLabel.TOO_LARGE}
    assert recommended(models, labels=too_large) == ["small"]
    assert recommended(models, labels={**too_large, "small": FitLabel.TOO_LARGE}) == []
    assert recommend(models, {}, "en") == ()  # nor what is not known to fit


def test_a_smaller_one_that_fits_well_comes_before_one_that_does_so_hardly() -> None:
    models = [model("cramped", 9), model("split", 8), model("comfortable", 5)]
    labels = {"cramped": FitLabel.SHORTER_CONTEXT, "split": FitLabel.SLOW}
    assert recommended(models, labels=labels)[0] == "comfortable"
    assert recommended(models[:2], labels=labels) == ["cramped"]


def test_a_model_that_is_best_at_the_language_comes_first() -> None:
    models = [
        model("english", 9, languages=["en"]),
        model("many", 8, languages=["en", "fr", "de", "zh"]),
        model("chinese", 5, languages=["zh", "en"]),
        model("english-coder", 9, ModelPurpose.CODE, ["en"]),
        model("thinker", 9, ModelPurpose.REASONING, ["zh", "en"]),
    ]
    assert recommended(models, "zh")[0] == "chinese"
    assert recommended(models, "zh").index("thinker") < recommended(models, "zh").index("english-coder")
    assert recommended(models, "en")[0] == "english"
    assert recommended(models[:2], "zh")[0] == "many"
    assert recommended(models[:1], "zh") == ["english"]
