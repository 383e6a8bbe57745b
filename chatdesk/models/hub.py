"""The Hugging Face Hub: repos that hold GGUF models, and the files of one."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.hub_models import Gating, HubRepo, HubSort, RepoPage
from chatdesk.core.untrusted_text import one_line
from chatdesk.models.hub_address import is_repo_id
from chatdesk.models.hub_answers import unexpected
from chatdesk.models.hub_files import find_among, models_of, remote_file
from chatdesk.models.hub_http import HubHttp
from chatdesk.models.repo_card import plain_card
from chatdesk.models.safe_names import is_safe_filename

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from huggingface_hub import HfApi, ModelInfo
    from huggingface_hub.hf_api import ExpandModelProperty_T, ModelSort_T

    from chatdesk.core.hub_models import RemoteModel
    from chatdesk.models.hub_access import AccessNow, HubAccess
    from chatdesk.models.hub_question import Question

CARD = "README.md"
MOST_CARD_BYTES = 256 << 10
MOST_CHARS_OF_A_WORD = 60  # of a licence or an architecture
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SORTS: Mapping[HubSort, ModelSort_T] = {
    HubSort.DOWNLOADS: "downloads",
    HubSort.LIKES: "likes",
    HubSort.RECENT: "last_modified",
}
_OF_A_RESULT: list[ExpandModelProperty_T] = ["downloads", "likes", "lastModified", "gated", "pipeline_tag"]
# GGUF files that write no text: pictures, sound, and vectors for searching. Their repos are left out of results, but
# can be opened by address; a wrong tag must not make a model unreachable.
_NO_TEXT = frozenset(
    {"feature-extraction", "sentence-similarity", "text-ranking", "text-classification", "token-classification"}
    | {"text-to-image", "image-to-image", "text-to-video", "image-to-video", "text-to-3d", "image-to-3d"}
    | {"text-to-speech", "text-to-audio", "audio-to-audio", "automatic-speech-recognition"}
)


class Hub:
    """Asks the Hub, waiting for its answer. Methods may be called from any thread.

    All of them raise `UserFacingError`: `HUB_OFFLINE` before anything is sent, `HUB_UNREACHABLE`, `HUB_RATE_LIMITED`,
    `HUB_TOKEN_REFUSED`, `HUB_ERROR`, and what their own descriptions name.
    """

    def __init__(self, access: AccessNow) -> None:
        self._access = access
        self._http = HubHttp()

    def search(self, query: str, sort: HubSort, limit: int = 50) -> tuple[HubRepo, ...]:
        """Repos with GGUF files whose names hold the words of `query`, at most `limit`; all repos for no words.

        Raises:
            UserFacingError: `HUB_BAD_ADDRESS` for an address, for which no repo has a name like it.
        """
        words = query.strip()
        if "://" in words:
            raise UserFacingError(ErrorCode.HUB_BAD_ADDRESS, address=one_line(words))
        with self._asking(self._access()) as (_, api):
            found = list(
                api.list_models(
                    search=words or None, filter="gguf", sort=_SORTS[sort], limit=limit, expand=_OF_A_RESULT
                )
            )
        return tuple(_repo(info) for info in found if _is_repo_id(info.id) and _writes_text(info.pipeline_tag))

    def page(self, repo_id: str) -> RepoPage:
        """A repo with its card and the models in it.

        Raises:
            UserFacingError: `HUB_BAD_ADDRESS`, `HUB_REPO_NOT_FOUND` or `HUB_GATED`.
        """
        access = self._access()
        with self._asking(access, repo_id) as (question, api):
            info = api.model_info(repo_id, files_metadata=True)
        repo, revision = _repo(info), _revision(info)
        gguf = info.gguf if isinstance(info.gguf, dict) else {}
        return RepoPage(
            repo=repo,
            revision=revision,
            licence=_licence(info),
            card=_card(question, access, info, repo.repo_id, revision),
            models=_models(info, repo.repo_id, revision),
            architecture=_word(gguf.get("architecture")),
            n_ctx_train=_count(gguf.get("context_length")) or None,
        )

    def find_model(self, repo_id: str, untrusted_wanted: str | None) -> RemoteModel:
        """One model of a repo at its present commit: by file name or quantization, or the one that suits most people.

        Raises:
            UserFacingError: `HUB_BAD_ADDRESS`, `HUB_REPO_NOT_FOUND`, `HUB_GATED`, `HUB_FILE_NOT_FOUND` or
                `DOWNLOAD_UNSAFE_NAME`.
        """
        if untrusted_wanted and not is_safe_filename(untrusted_wanted.strip()):
            raise UserFacingError(ErrorCode.DOWNLOAD_UNSAFE_NAME, filename=one_line(untrusted_wanted))
        with self._asking(self._access(), repo_id) as (_, api):
            info = api.model_info(repo_id, files_metadata=True)
        model = find_among(_models(info, _repo(info).repo_id, _revision(info)), untrusted_wanted)
        if model is None:
            raise UserFacingError(
                ErrorCode.HUB_FILE_NOT_FOUND, repo_id=repo_id, filename=one_line(untrusted_wanted or "*.gguf")
            )
        return model

    def close(self) -> None:
        """Close all connections; nothing can be asked any more."""
        self._http.close()

    @contextmanager
    def _asking(self, access: HubAccess, repo_id: str | None = None) -> Iterator[tuple[Question, HfApi]]:
        """The library's client for one question, about one repo or none."""
        access.ensure_online()
        if repo_id is not None and not is_repo_id(repo_id):
            raise UserFacingError(ErrorCode.HUB_BAD_ADDRESS, address=one_line(repo_id))
        from chatdesk.models.hub_question import Question
        from chatdesk.models.hub_session import library_asking

        question = Question(self._http, access, repo_id or "")
        try:
            with library_asking(question, access.endpoint) as api:
                yield question, api
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError, OSError) as error:
            # The library takes any answer for what was asked for: a page of HTML, a list for an object, no name. Its
            # errors of HTTP, which are OSErrors, are of statuses that no question of ours should meet.
            raise unexpected("its answer is not what was asked for") from error


def _repo(info: ModelInfo) -> HubRepo:
    if not _is_repo_id(info.id):
        raise unexpected("its answer names no repo")
    return HubRepo(
        repo_id=info.id,
        downloads=_count(info.downloads),
        likes=_count(info.likes),
        updated_at=info.last_modified.timestamp() if info.last_modified is not None else None,
        gating=_gating(info.gated),
    )


def _is_repo_id(untrusted_id: object) -> bool:
    return isinstance(untrusted_id, str) and is_repo_id(untrusted_id)


def _writes_text(untrusted_tag: object) -> bool:
    return not isinstance(untrusted_tag, str) or untrusted_tag not in _NO_TEXT


def _gating(untrusted_gated: object) -> Gating:
    match untrusted_gated:
        case None | False:
            return Gating.NONE
        case "auto":
            return Gating.AUTOMATIC
        case _:
            return Gating.MANUAL


def _revision(info: ModelInfo) -> str:
    """The commit that the files are at: a download must get the very files that a person was shown."""
    if not isinstance(info.sha, str) or _COMMIT.fullmatch(info.sha) is None:
        raise unexpected("its answer names no commit")
    return info.sha


def _models(info: ModelInfo, repo_id: str, revision: str) -> tuple[RemoteModel, ...]:
    described = (
        remote_file(sibling.rfilename, sibling.size, sibling.lfs.sha256 if sibling.lfs is not None else None)
        for sibling in info.siblings or ()
    )
    return models_of(repo_id, revision, (file for file in described if file is not None))


def _licence(info: ModelInfo) -> str | None:
    """As the card names it; the name of one of its own where it says `other`."""
    licence = getattr(info.card_data, "license", None)
    if isinstance(licence, list):
        licence = ", ".join(name for name in licence if isinstance(name, str))
    name = _word(getattr(info.card_data, "license_name", None))
    return name if name is not None and licence in (None, "other") else _word(licence)


def _card(question: Question, access: HubAccess, info: ModelInfo, repo_id: str, revision: str) -> str:
    """The card as plain text, or nothing: files can be chosen without it."""
    if not any(sibling.rfilename == CARD for sibling in info.siblings or ()):
        return ""
    url = f"{access.endpoint}/{repo_id}/resolve/{revision}/{CARD}"
    try:
        answer = question.ask(url, filename=CARD, most_bytes=MOST_CARD_BYTES, may_be_cut=True)
    except UserFacingError:
        return ""
    return plain_card(answer.content.decode(errors="replace"))


def _word(untrusted_value: object) -> str | None:
    return one_line(untrusted_value, MOST_CHARS_OF_A_WORD) or None if isinstance(untrusted_value, str) else None


def _count(untrusted_value: Any) -> int:
    is_count = isinstance(untrusted_value, int) and not isinstance(untrusted_value, bool) and untrusted_value > 0
    return untrusted_value if is_count else 0
