import pytest

from chatdesk.core.hub_models import RemoteFile, RemoteModel
from chatdesk.core.quantizations import QuantizationLabel, best_default, bits_per_weight, in_listing_order, label_of

SMALLER, BALANCED, BETTER = QuantizationLabel


def model(quantization: str | None, size_bytes: int = 10, name: str = "m") -> RemoteModel:
    filename = f"{name}-{quantization}.gguf" if quantization else f"{name}.gguf"
    return RemoteModel("owner/repo", "c" * 40, (RemoteFile(filename, size_bytes, None),))


@pytest.mark.parametrize(
    ("quantization", "label"),
    [
        ("IQ1_S", SMALLER),
        ("IQ2_XS", SMALLER),
        ("Q2_K_L", SMALLER),
        ("TQ2_0", SMALLER),
        ("Q3_K_M", SMALLER),
        ("Q3_K_XL", SMALLER),
        ("IQ4_XS", BALANCED),
        ("Q4_0", BALANCED),
        ("Q4_K_M", BALANCED),
        ("q4_k_m", BALANCED),
        ("Q4_K_L", BALANCED),
        ("UD-Q4_K_XL", BALANCED),
        ("Q4_1", BALANCED),
        ("MXFP4", BALANCED),
        ("MXFP4_MOE", BALANCED),
        ("Q4_0_4_4", BALANCED),
        ("Q5_K_S", BETTER),
        ("Q6_K_L", BETTER),
        ("Q8_0", BETTER),
        ("UD-Q8_K_XL", BETTER),
        ("BF16", BETTER),
        ("F32", BETTER),
        ("NEW7", None),
        (None, None),
    ],
)
def test_each_quantization_has_a_plain_label(quantization: str | None, label: QuantizationLabel | None) -> None:
    assert label_of(quantization) is label


def test_more_bits_come_later_and_unknown_ones_last() -> None:
    ordered = ["TQ1_0", "IQ2_M", "Q3_K_S", "Q3_K", "Q3_K_L", "Q3_K_XL", "IQ4_XS", "Q4_K_M", "Q5_K_M", "Q8_0", "F16"]
    models = [model(quantization) for quantization in ordered] + [model(None)]
    assert in_listing_order(reversed(models)) == tuple(models)


def test_other_spellings_weigh_the_same() -> None:
    assert bits_per_weight("FP16") == bits_per_weight("f16") == 16
    assert bits_per_weight("Q5_K") == bits_per_weight("Q5_K_M")


@pytest.mark.parametrize(
    ("there", "best"),
    [
        (["Q2_K", "Q4_K_M", "Q8_0"], "Q4_K_M"),
        (["Q4_0", "Q4_K_S", "UD-Q4_K_XL"], "UD-Q4_K_XL"),
        (["Q8_0", "Q6_K", "F16"], "Q6_K"),
        (["IQ2_XS", "Q3_K_M"], "Q3_K_M"),
        (["Q8_0", None], "Q8_0"),
        ([None], None),
    ],
)
def test_the_default_is_what_suits_most_people(there: list[str | None], best: str | None) -> None:
    found = best_default(model(quantization) for quantization in there)
    assert found is not None
    assert found.quantization == best


def test_of_one_quantization_the_smallest_is_the_default() -> None:
    small, large = model("Q4_K_M", 5, "small"), model("Q4_K_M", 50, "large")
    assert best_default([large, small]) == small
    assert best_default([]) is None
