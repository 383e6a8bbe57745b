import pytest

from chatdesk.models.hub_address import HubAddress, parse_address

MIRROR = "https://hf-mirror.example/hub"


@pytest.mark.parametrize(
    ("text", "repo_id", "filename"),
    [
        ("owner/name", "owner/name", None),
        ("  owner/Name-1.5_b  ", "owner/Name-1.5_b", None),
        ("owner/name:Q4_K_M", "owner/name", "Q4_K_M"),
        ("https://huggingface.co/owner/name", "owner/name", None),
        ("https://huggingface.co/owner/name/", "owner/name", None),
        ("http://www.huggingface.co/owner/name?library=gguf#top", "owner/name", None),
        ("huggingface.co/owner/name", "owner/name", None),
        ("hf.co/owner/name:Q8_0", "owner/name", "Q8_0"),
        ("https://huggingface.co/owner/name/tree/main", "owner/name", None),
        ("https://huggingface.co/owner/name/tree/main/sub", "owner/name", None),
        ("https://huggingface.co/owner/name/blob/main/a-Q4_0.gguf", "owner/name", "a-Q4_0.gguf"),
        ("https://huggingface.co/owner/name/blob/main", "owner/name", None),
        ("https://huggingface.co/owner/name/resolve/main/sub/a%20b.gguf?download=true", "owner/name", "sub/a b.gguf"),
        (f"{MIRROR}/owner/name/resolve/{'c' * 40}/a.gguf", "owner/name", "a.gguf"),
    ],
)
def test_what_people_paste_is_understood(text: str, repo_id: str, filename: str | None) -> None:
    assert parse_address(text, MIRROR) == HubAddress(repo_id, filename)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "qwen",
        "qwen 3 / small",
        "a/b/c",
        "owner/name and more",
        "https://example.com/owner/name",
        "https://huggingface.co",
        "https://huggingface.co/owner",
        "huggingface.co/owner",
        "https://huggingface.co/datasets/owner/name",
        "https://huggingface.co/spaces/owner",
        "https://huggingface.co/settings/tokens",
        "ftp://huggingface.co/owner/name",
        "https://huggingface.co/../..",
        "https://huggingface.co/%2e%2e/name",
        "http://[::1",
        "../..",
        "owner/na--me",
        "x" * 3000,
        "hf-mirror.example/owner/name",
    ],
)
def test_what_is_no_address_is_left_to_the_search(text: str) -> None:
    assert parse_address(text, MIRROR) is None
