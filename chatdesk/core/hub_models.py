"""Models on the Hugging Face Hub as a person finds them: repos, and in each the model files that can be downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chatdesk.core.model_files import display_name, quantization_of


class HubSort(StrEnum):
    """What search results are ordered by, the highest first."""

    DOWNLOADS = "downloads"
    LIKES = "likes"
    RECENT = "recent"


class Gating(StrEnum):
    """Whether a repo's licence must be accepted on the Hub first, and whether a person then has to grant access."""

    NONE = "none"
    AUTOMATIC = "automatic"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class HubRepo:
    """One search result. `downloads` are those of the last 30 days; `updated_at` is Unix time."""

    repo_id: str
    downloads: int
    likes: int
    updated_at: float | None = None
    gating: Gating = Gating.NONE


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repo. `filename` is its path in the repo, with `/`; without `sha256` it is no large file."""

    filename: str
    size_bytes: int
    sha256: str | None


@dataclass(frozen=True, slots=True)
class RemoteModel:
    """What is offered as one model: a GGUF file, or all shards of one, in order. `revision` is a commit."""

    repo_id: str
    revision: str
    files: tuple[RemoteFile, ...]

    @property
    def filename(self) -> str:
        """The path in the repo of the only file, or of the first shard."""
        return self.files[0].filename

    @property
    def name(self) -> str:
        """What people read: the file's name without folder, ending and shard number."""
        return display_name(self.filename.rpartition("/")[2])

    @property
    def quantization(self) -> str | None:
        """As llama.cpp spells it, read from the name."""
        return quantization_of(self.filename.rpartition("/")[2])

    @property
    def size_bytes(self) -> int:
        """The size of all shards."""
        return sum(file.size_bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class RepoPage:
    """What a person reads of one repo before choosing a file. `card` is untrusted plain text, without front matter."""

    repo: HubRepo
    revision: str
    licence: str | None
    card: str
    models: tuple[RemoteModel, ...]
    architecture: str | None = None
    n_ctx_train: int | None = None
