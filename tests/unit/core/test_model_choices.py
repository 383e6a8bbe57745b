from chatdesk.core.installed_models import InstalledModel, ModelDetails
from chatdesk.core.model_choices import MOST_RECENT, ModelGroup, choices_of, matching
from chatdesk.core.model_files import ModelFile


def model(name: str, repo_id: str | None = None) -> ModelFile:
    return ModelFile(f"/m/{name}.gguf", 1, 1.0, repo_id=repo_id)


def test_favourites_come_first_then_the_last_used_then_the_rest_by_name() -> None:
    models = [model(name) for name in ("e", "d", "c", "b", "a")]
    installed = [
        InstalledModel(model("d"), is_favourite=True, last_used_at=9.0),
        InstalledModel(model("e"), last_used_at=2.0),
        InstalledModel(model("b"), last_used_at=3.0),
    ]
    choices = choices_of(models, installed)
    assert [(choice.file.name, choice.group) for choice in choices] == [
        ("d", ModelGroup.FAVOURITES),
        ("b", ModelGroup.RECENT),
        ("e", ModelGroup.RECENT),
        ("a", ModelGroup.OTHERS),
        ("c", ModelGroup.OTHERS),
    ]


def test_only_a_few_count_as_used_last() -> None:
    models = [model(f"m{number}") for number in range(MOST_RECENT + 2)]
    installed = [InstalledModel(file, last_used_at=float(number + 1)) for number, file in enumerate(models)]
    choices = choices_of(models, installed)
    assert [choice.group for choice in choices].count(ModelGroup.RECENT) == MOST_RECENT
    assert [choice.file.name for choice in choices][-2:] == ["m0", "m1"]


def test_names_are_ordered_by_their_numbers_and_without_regard_to_case() -> None:
    models = [model("qwen-14B"), model("Qwen-4B"), model("gemma"), model("qwen-4B-it"), model("²"), model("7")]
    names = [choice.file.name for choice in choices_of(models, ())]
    assert names == ["7", "gemma", "Qwen-4B", "qwen-4B-it", "qwen-14B", "²"]


def test_what_is_known_of_a_model_that_is_gone_is_not_offered() -> None:
    assert choices_of([], [InstalledModel(model("gone"), is_favourite=True)]) == ()


def test_every_word_must_be_found_in_name_repo_or_architecture() -> None:
    models = [model("Small-Q4_K_M", "alice/Tiny-GGUF"), model("Small-Q8_0"), model("Large-Q8_0")]
    installed = [InstalledModel(models[2], ModelDetails("mamba", title="Sea Snake"))]
    choices = choices_of(models, installed)

    def names(text: str) -> list[str]:
        return [choice.file.name for choice in matching(choices, text)]

    assert names("small q8") == ["Small-Q8_0"]
    assert names("ALICE") == ["Small-Q4_K_M"]
    assert names("mamba snake") == ["Large-Q8_0"]
    assert names("small mamba") == []
    assert names("  ") == ["Large-Q8_0", "Small-Q4_K_M", "Small-Q8_0"]


def test_models_whose_name_matches_stand_before_those_that_match_otherwise() -> None:
    models = [model("endless", "owner/tiny"), model("tiny-Q8_0"), model("very-tiny")]
    installed = [InstalledModel(models[0], is_favourite=True)]
    found = matching(choices_of(models, installed), "tiny")
    assert [choice.file.name for choice in found] == ["tiny-Q8_0", "very-tiny", "endless"]
