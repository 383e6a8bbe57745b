"""Everything a service can announce: frozen dataclasses in the past tense.

What an event says has already been saved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatdesk.core.errors import ErrorCode
from chatdesk.core.messages import PartKind

if TYPE_CHECKING:
    from chatdesk.core.about import Licence, Place
    from chatdesk.core.attachments import Attachment
    from chatdesk.core.branches import BranchTree, DeletedBranch
    from chatdesk.core.context_map import ContextUse
    from chatdesk.core.conversations import Conversation
    from chatdesk.core.downloads import Download
    from chatdesk.core.errors import ErrorDetail
    from chatdesk.core.exchange import ImportReport
    from chatdesk.core.fit import Fit
    from chatdesk.core.hub_models import HubRepo, HubSort, RepoPage
    from chatdesk.core.installed_models import InstalledModel
    from chatdesk.core.messages import Message
    from chatdesk.core.model_files import ModelFile
    from chatdesk.core.model_info import ModelInfo
    from chatdesk.core.organisation import Folder
    from chatdesk.core.recommendations import Recommendation
    from chatdesk.core.releases import Release
    from chatdesk.core.replays import ReplayResult, ReplyRecipe
    from chatdesk.core.saved_prompts import SavedPrompt
    from chatdesk.core.search import SearchResults
    from chatdesk.core.settings import Settings
    from chatdesk.core.summaries import Summary
    from chatdesk.core.text_diff import TextDiff
    from chatdesk.core.tree_rows import TreeRow
    from chatdesk.core.unsent import Unsent


class Event:
    """Something that happened; each is one of the dataclasses below."""

    __slots__ = ()


# --- conversations ---


@dataclass(frozen=True, slots=True)
class ConversationsListed(Event):
    """All conversations, the last used first; `deleted` can still be restored, the last deleted first."""

    conversations: tuple[Conversation, ...]
    deleted: tuple[Conversation, ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationEndRead(Event):
    """The last messages of a long conversation that is being opened; `ConversationOpened` follows with all."""

    conversation: Conversation
    end: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class ConversationOpened(Event):
    """A conversation was read: its active path, and for each message with several versions `(number, count)`.

    `summary` is what stands for the beginning of the path in prompts, if anything does.
    """

    conversation: Conversation
    path: tuple[Message, ...]
    versions: Mapping[str, tuple[int, int]]
    summary: Summary | None = None


@dataclass(frozen=True, slots=True)
class ConversationCreated(Event):
    """A conversation exists."""

    conversation: Conversation


@dataclass(frozen=True, slots=True)
class ConversationChanged(Event):
    """Its title, its active path, its time or its policy changed."""

    conversation: Conversation


@dataclass(frozen=True, slots=True)
class ConversationKept(Event):
    """A temporary chat, which was called `temporary_id`, is one of those that are kept now."""

    conversation: Conversation
    temporary_id: str


@dataclass(frozen=True, slots=True)
class ConversationsOrganised(Event):
    """Where these stand in the list changed: pinned, in a folder, archived, read, or no longer."""

    conversations: tuple[Conversation, ...]


@dataclass(frozen=True, slots=True)
class FoldersListed(Event):
    """These are the folders."""

    folders: tuple[Folder, ...]


@dataclass(frozen=True, slots=True)
class ConversationsDeleted(Event):
    """Conversations were deleted together, softly: `ConversationsRestored` may follow."""

    conversations: tuple[Conversation, ...]


@dataclass(frozen=True, slots=True)
class ConversationsRestored(Event):
    """A deletion was undone."""

    conversations: tuple[Conversation, ...]


@dataclass(frozen=True, slots=True)
class SearchFinished(Event):
    """What was searched for last was looked for."""

    results: SearchResults


# --- branches and versions ---


@dataclass(frozen=True, slots=True)
class ConversationBranched(Event):
    """A conversation exists that begins as another one did, down to a message of it."""

    conversation: Conversation


@dataclass(frozen=True, slots=True)
class BranchDeleted(Event):
    """A message was deleted with all below it, softly: `BranchRestored` may follow."""

    branch: DeletedBranch


@dataclass(frozen=True, slots=True)
class BranchRestored(Event):
    """The deletion of a message, and of all that went with it, was undone."""

    message: Message


@dataclass(frozen=True, slots=True)
class TreeRead(Event):
    """All messages of a conversation, in short; `rows` are its map, with the runs in `unfolded` listed in full."""

    tree: BranchTree
    rows: tuple[TreeRow, ...]
    unfolded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class VersionsCompared(Event):
    """Two of the `versions` of a message were compared, the oldest first: those at the places `left` and `right`."""

    versions: tuple[Message, ...]
    left: int
    right: int
    diff: TextDiff


@dataclass(frozen=True, slots=True)
class EditFailed(Event):
    """Another version of a message was not saved; its text is still the writer's."""

    message_id: str
    text: str
    error: ErrorDetail


# --- messages and replies ---


@dataclass(frozen=True, slots=True)
class MessageAdded(Event):
    """A message is on disk and at the end of the conversation's active path.

    `unsent_id` is what it was before it was sent: a draft, or one of those that waited.
    """

    message: Message
    unsent_id: str | None = None


@dataclass(frozen=True, slots=True)
class MessageChanged(Event):
    """A message was pinned, or is not any more; or the disk took a reply at last that it had refused."""

    message: Message


@dataclass(frozen=True, slots=True)
class SendFailed(Event):
    """A message was not sent and not saved; its text is still the writer's, in the message box or where it waits."""

    conversation_id: str | None
    text: str
    error: ErrorDetail
    unsent_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReplyStarted(Event):
    """The engine took up a reply: its status is `STREAMING`, and its origin names the model that writes it."""

    message: Message


@dataclass(frozen=True, slots=True)
class PromptProcessed(Event):
    """A part of a reply's prompt was processed. Counts are tokens; `cached` of `processed` were already there."""

    message_id: str
    processed: int
    total: int
    cached: int


@dataclass(frozen=True, slots=True)
class ReplyDelta(Event):
    """Text was added to a reply, or to what the model reasons before it (`kind`), at `offset` characters of that.

    `tokens` are the ids it came from.
    """

    message_id: str
    offset: int
    text: str
    tokens: tuple[int, ...] = ()
    kind: PartKind = PartKind.TEXT


@dataclass(frozen=True, slots=True)
class ReplyFinished(Event):
    """A reply reached its final status."""

    message: Message


# --- what the model is sent ---


@dataclass(frozen=True, slots=True)
class ContextMeasured(Event):
    """What the next prompt of a conversation will hold was worked out."""

    use: ContextUse


@dataclass(frozen=True, slots=True)
class SummaryChanged(Event):
    """Another summary stands for the beginning of a conversation's active path; None: none does."""

    conversation_id: str
    summary: Summary | None


# --- what is being written ---


class UnsentEvent(Event):
    """About what was not sent yet, and what helps to write it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class QueueChanged(UnsentEvent):
    """These messages wait for the replies before them, the next one first."""

    conversation_id: str
    waiting: tuple[Unsent, ...]


@dataclass(frozen=True, slots=True)
class AttachmentsChanged(UnsentEvent):
    """These files are attached to what is being written in a conversation; None: in one that is not begun.

    `is_reading`: more files are being read, which will follow or be refused.
    """

    conversation_id: str | None
    attachments: tuple[Attachment, ...]
    is_reading: bool = False


@dataclass(frozen=True, slots=True)
class AttachmentCounted(UnsentEvent):
    """How many tokens the loaded model takes an attachment for."""

    sha256: str
    tokens: int


@dataclass(frozen=True, slots=True)
class WrittenTextsRead(UnsentEvent):
    """What a person wrote before in a conversation and then in all, the newest first."""

    conversation_id: str | None
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SavedPromptsChanged(UnsentEvent):
    """These prompts are saved, by name."""

    prompts: tuple[SavedPrompt, ...]


# --- replies made again ---


class ReplayEvent(Event):
    """About what a reply was made from."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ReplyExplained(ReplayEvent):
    """What a reply was made from; `recipe` None: it is not known to the last detail."""

    message: Message
    recipe: ReplyRecipe | None


@dataclass(frozen=True, slots=True)
class ReplayProgressed(ReplayEvent):
    """A reply is being made again: so many of its tokens, those of the prompt among them."""

    message_id: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ReplayFinished(ReplayEvent):
    """What came of making a reply again."""

    message_id: str
    result: ReplayResult


# --- models ---


class ModelEvent(Event):
    """About models: those on this disk, on the Hub and on their way here, and the one that answers."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ModelLoadProgressed(ModelEvent):
    """A model is being loaded; `fraction` runs from 0 to 1."""

    model: ModelFile
    fraction: float


@dataclass(frozen=True, slots=True)
class ModelReady(ModelEvent):
    """A model is loaded and answers."""

    model: ModelFile
    info: ModelInfo


@dataclass(frozen=True, slots=True)
class ModelAwaited(ModelEvent):
    """A model is about to be chosen; what is sent until then is answered by it."""


@dataclass(frozen=True, slots=True)
class NoModelCame(ModelEvent):
    """None was chosen: there is none, or none that may be loaded unasked."""


@dataclass(frozen=True, slots=True)
class ModelFailed(ModelEvent):
    """A model could not be loaded (or its loading was cancelled). A `ModelReady` of the previous one may follow.

    `fit` is the verdict it was refused for, before anything was tried.
    """

    model: ModelFile
    error: ErrorDetail
    fit: Fit | None = None

    @property
    def is_refusal(self) -> bool:
        """Whether nothing was tried, so that the model in use stays in use."""
        return self.error.code is ErrorCode.MODEL_TOO_LARGE


@dataclass(frozen=True, slots=True)
class ModelUnloaded(ModelEvent):
    """No model is loaded any more; `freed_bytes` of resident memory went back to the system."""

    model: ModelFile
    freed_bytes: int


@dataclass(frozen=True, slots=True)
class LibraryScanned(ModelEvent):
    """These model files can be chosen now."""

    models: tuple[ModelFile, ...]


@dataclass(frozen=True, slots=True)
class LibraryDescribed(ModelEvent):
    """What is known of the installed models, after their headers were read."""

    installed: tuple[InstalledModel, ...]


@dataclass(frozen=True, slots=True)
class ModelsFoundElsewhere(ModelEvent):
    """Models that other apps downloaded, and which are not listed yet. They can be used where they lie."""

    models: tuple[ModelFile, ...]


@dataclass(frozen=True, slots=True)
class VerificationProgressed(ModelEvent):
    """A model file is being read as a whole, and so far this much of it was."""

    model: ModelFile
    done_bytes: int


@dataclass(frozen=True, slots=True)
class VerificationStopped(ModelEvent):
    """A model file was not read to its end, because somebody asked for that or it cannot be read."""

    model: ModelFile


@dataclass(frozen=True, slots=True)
class ModelVerified(ModelEvent):
    """A model file was read as a whole: `is_intact` tells whether it is what was downloaded, None: nothing to compare.

    `sha256` is in lower-case hexadecimal.
    """

    model: ModelFile
    sha256: str
    is_intact: bool | None


@dataclass(frozen=True, slots=True)
class ModelRemoved(ModelEvent):
    """A model is gone from the library; `is_for_good` tells whether it went past the trash."""

    model: ModelFile
    is_for_good: bool


@dataclass(frozen=True, slots=True)
class ModelsRecommended(ModelEvent):
    """These curated models fit this machine, the best first."""

    recommendations: tuple[Recommendation, ...]


@dataclass(frozen=True, slots=True)
class HubSearched(ModelEvent):
    """The Hub answered a search."""

    query: str
    sort: HubSort
    repos: tuple[HubRepo, ...]


@dataclass(frozen=True, slots=True)
class HubSearchFailed(ModelEvent):
    """The Hub could not be searched."""

    query: str
    error: ErrorDetail


@dataclass(frozen=True, slots=True)
class RepoShown(ModelEvent):
    """A repo of the Hub was read. `wanted_filename` is the file that a pasted address named."""

    page: RepoPage
    wanted_filename: str | None = None


@dataclass(frozen=True, slots=True)
class RepoFailed(ModelEvent):
    """A repo of the Hub could not be read."""

    repo_id: str
    error: ErrorDetail


@dataclass(frozen=True, slots=True)
class FitsAssessed(ModelEvent):
    """How the files of a repo fit this machine, by file name; more, or more exact ones, may follow."""

    repo_id: str
    fits: Mapping[str, Fit]


@dataclass(frozen=True, slots=True)
class DownloadsListed(ModelEvent):
    """All downloads that are not over, in the order of the queue."""

    downloads: tuple[Download, ...]


@dataclass(frozen=True, slots=True)
class DownloadChanged(ModelEvent):
    """A download has another state, place or progress."""

    download: Download


@dataclass(frozen=True, slots=True)
class ModelInstalled(ModelEvent):
    """A downloaded model was verified, probed and put into the library."""

    model: ModelFile


# --- conversations as files ---


@dataclass(frozen=True, slots=True)
class ExchangeProgressed(Event):
    """An export or an import has come so far: its share from 0 to 1, and how many conversations it has done."""

    share: float
    n_conversations: int


@dataclass(frozen=True, slots=True)
class ExportEnded(Event):
    """Conversations lie in the file at `path`, or, with a `problem` or after a cancel, no file was written."""

    path: str
    n_conversations: int
    problem: ErrorDetail | None = None
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class ImportEnded(Event):
    """A file of conversations was read, as far as it went."""

    report: ImportReport


# --- the app itself ---


class AboutEvent(Event):
    """About this version of the app, and newer ones."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class AboutRead(AboutEvent):
    """How many bytes lie in each place, and the licences of what is shipped."""

    sizes: Mapping[Place, int]
    licences: tuple[Licence, ...]


@dataclass(frozen=True, slots=True)
class DiagnosticsWritten(AboutEvent):
    """The text that belongs in a report about a fault."""

    text: str


@dataclass(frozen=True, slots=True)
class NewVersionsRead(AboutEvent):
    """These versions are newer than this one, the newest first; none: this is the newest."""

    releases: tuple[Release, ...]


@dataclass(frozen=True, slots=True)
class NewVersionsFailed(AboutEvent):
    """It could not be found out which versions are newer."""

    error: ErrorDetail


# --- the app ---


@dataclass(frozen=True, slots=True)
class SettingsChanged(Event):
    """The app's settings are these now."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class SnapshotsMeasured(Event):
    """What models have processed of conversations takes this much of the disk."""

    size_bytes: int


@dataclass(frozen=True, slots=True)
class SnapshotsCleared(Event):
    """What models had processed of conversations is forgotten; so much of the disk is free again."""

    freed_bytes: int


@dataclass(frozen=True, slots=True)
class NoticeRaised(Event):
    """Something a person should know, not tied to a reply; `conversation_id` says where, if anywhere."""

    error: ErrorDetail
    conversation_id: str | None = None


@dataclass(frozen=True, slots=True)
class JobCrashed(Event):
    """A bug: a job ended in an exception that is nobody's fault but ours."""

    job: str
    traceback: str


Post = Callable[[Event], None]
