"""Problems that are not ours, as a code with parameters, and their words in English.

A `UserFacingError` is a sentence and a next step. It carries a code rather than words so that a failed reply,
read back from the database, is worded in the language of the day: the window translates `ENGLISH` through
`ui/wording.py`, the command line prints it as it is. Any other exception is a bug and looks like one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class ErrorCode(StrEnum):
    """Each kind of trouble that a person can meet and do something about."""

    NO_MODEL = "no_model"
    STARTER_MISSING = "starter_missing"
    MODEL_NOT_FOUND = "model_not_found"
    MODEL_AMBIGUOUS = "model_ambiguous"
    MODEL_NOT_A_FILE = "model_not_a_file"
    MODEL_UNREADABLE = "model_unreadable"
    MODEL_EMPTY = "model_empty"
    MODEL_NOT_GGUF = "model_not_gguf"
    MODEL_TRUNCATED = "model_truncated"
    MODEL_DAMAGED = "model_damaged"
    MODEL_SHARD_MISSING = "model_shard_missing"
    MODEL_UNSUPPORTED = "model_unsupported"
    MODEL_NOT_FOR_CHAT = "model_not_for_chat"
    MODEL_OUT_OF_MEMORY = "model_out_of_memory"
    MODEL_CRASHES = "model_crashes"
    MODEL_WRONG_PROCESSOR = "model_wrong_processor"
    MODEL_PROBE_TIMEOUT = "model_probe_timeout"
    MODEL_LOAD_FAILED = "model_load_failed"
    ENGINE_INCOMPLETE = "engine_incomplete"
    LOAD_CANCELLED = "load_cancelled"
    TEMPLATE_FAILED = "template_failed"
    PROMPT_TOO_LONG = "prompt_too_long"
    MESSAGES_LEFT_OUT = "messages_left_out"
    CONTEXT_WOULD_OVERFLOW = "context_would_overflow"
    GENERATION_FAILED = "generation_failed"
    EMPTY_MESSAGE = "empty_message"
    BUSY = "busy"
    ATTACHMENT_EMPTY = "attachment_empty"
    ATTACHMENT_NOT_TEXT = "attachment_not_text"
    ATTACHMENT_TOO_LARGE = "attachment_too_large"
    ATTACHMENT_TOO_MANY = "attachment_too_many"
    ATTACHMENT_UNREADABLE = "attachment_unreadable"
    NOT_A_FILE = "not_a_file"
    PROMPTS_UNREADABLE = "prompts_unreadable"
    CONVERSATION_DELETED = "conversation_deleted"
    SETTING_OUT_OF_RANGE = "setting_out_of_range"
    SETTING_NOT_AN_ADDRESS = "setting_not_an_address"
    SETTINGS_BROKEN = "settings_broken"
    DATABASE_NEWER = "database_newer"
    DATABASE_BROKEN = "database_broken"
    DATABASE_UNREADABLE = "database_unreadable"
    DATABASE_MOVED_ASIDE = "database_moved_aside"
    DATABASE_LOCKED = "database_locked"
    DATABASE_NO_WAL = "database_no_wal"
    FOLDER_IN_USE = "folder_in_use"
    DISK_FULL = "disk_full"
    FOLDER_NOT_WRITABLE = "folder_not_writable"
    DISK_ERROR = "disk_error"
    HUB_OFFLINE = "hub_offline"
    HUB_UNREACHABLE = "hub_unreachable"
    HUB_REPO_NOT_FOUND = "hub_repo_not_found"
    HUB_FILE_NOT_FOUND = "hub_file_not_found"
    HUB_GATED = "hub_gated"
    HUB_TOKEN_REFUSED = "hub_token_refused"
    HUB_RATE_LIMITED = "hub_rate_limited"
    HUB_ERROR = "hub_error"
    HUB_BAD_ADDRESS = "hub_bad_address"
    RELEASES_OFFLINE = "releases_offline"
    RELEASES_UNREACHABLE = "releases_unreachable"
    RELEASES_RATE_LIMITED = "releases_rate_limited"
    RELEASES_ERROR = "releases_error"
    DOWNLOAD_NO_SPACE = "download_no_space"
    DOWNLOAD_DAMAGED = "download_damaged"
    DOWNLOAD_CHANGED = "download_changed"
    DOWNLOAD_UNSAFE_NAME = "download_unsafe_name"
    DOWNLOAD_EXISTS = "download_exists"
    IMPORT_UNREADABLE = "import_unreadable"
    FOLDER_NESTED = "folder_nested"
    FOLDER_NOT_EMPTY = "folder_not_empty"
    FOLDER_NO_SPACE = "folder_no_space"
    CHAT_NOT_FOUND = "chat_not_found"
    MODEL_TOO_LARGE = "model_too_large"
    MODEL_NOT_OURS = "model_not_ours"
    MODEL_NOT_REMOVED = "model_not_removed"
    TOKEN_NOT_SAVED = "token_not_saved"
    TOKEN_NOT_DELETED = "token_not_deleted"
    CONVERSATION_NOT_FOUND = "conversation_not_found"
    WINDOW_HAS_MODEL = "window_has_model"
    WINDOW_NOT_ANSWERING = "window_not_answering"
    WINDOW_OTHER_VERSION = "window_other_version"
    REPLAY_NO_RECORD = "replay_no_record"
    REPLAY_MODEL_GONE = "replay_model_gone"
    REPLAY_OTHER_FILE = "replay_other_file"
    REPLAY_NOT_LOADED = "replay_not_loaded"
    REPLAY_OTHER_SETTINGS = "replay_other_settings"
    CRASHED_LAST_TIME = "crashed_last_time"
    INTERNAL = "internal"


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """`text` itself: the call only marks it for translation, under the name that Qt's lupdate looks for."""
    del context
    return text


# Parameters that are bytes: each language words them as sizes.
SIZE_PARAMS = frozenset({"needed", "free", "missing", "most"})

# code -> (what happened, what to do next); the second may be empty
ENGLISH: Mapping[ErrorCode, tuple[str, str]] = {
    ErrorCode.NO_MODEL: (
        QT_TRANSLATE_NOOP("Errors", "No model is loaded."),
        QT_TRANSLATE_NOOP("Errors", "Choose one in the model picker."),
    ),
    ErrorCode.STARTER_MISSING: (
        QT_TRANSLATE_NOOP("Errors", "The starter model is not installed."),
        QT_TRANSLATE_NOOP("Errors", "Open a GGUF file of your own, or install ChatDesk again."),
    ),
    ErrorCode.MODEL_NOT_FOUND: (
        QT_TRANSLATE_NOOP("Errors", "There is no model “{model}”."),
        QT_TRANSLATE_NOOP("Errors", "It may have been moved or removed; choose another model or open the file again."),
    ),
    ErrorCode.MODEL_AMBIGUOUS: (
        QT_TRANSLATE_NOOP("Errors", "Several models begin with “{model}”: {names}."),
        QT_TRANSLATE_NOOP("Errors", "Name the one that you mean."),
    ),
    ErrorCode.MODEL_NOT_A_FILE: (
        QT_TRANSLATE_NOOP("Errors", "“{model}” is a folder, not a model file."),
        QT_TRANSLATE_NOOP("Errors", "Choose a file that ends in .gguf."),
    ),
    ErrorCode.MODEL_UNREADABLE: (
        QT_TRANSLATE_NOOP("Errors", "“{model}” cannot be read: {reason}."),
        QT_TRANSLATE_NOOP("Errors", "Check the file's permissions and its disk."),
    ),
    ErrorCode.MODEL_EMPTY: (
        QT_TRANSLATE_NOOP("Errors", "“{model}” is empty."),
        QT_TRANSLATE_NOOP("Errors", "Its download probably failed; download it again."),
    ),
    ErrorCode.MODEL_NOT_GGUF: (
        QT_TRANSLATE_NOOP("Errors", "“{model}” is not a GGUF model file."),
        QT_TRANSLATE_NOOP("Errors", "ChatDesk runs models in the GGUF format; look for a GGUF version of it."),
    ),
    ErrorCode.MODEL_TRUNCATED: (
        QT_TRANSLATE_NOOP("Errors", "“{model}” is cut short: a part of the file is missing."),
        QT_TRANSLATE_NOOP("Errors", "Download it again."),
    ),
    ErrorCode.MODEL_DAMAGED: (
        QT_TRANSLATE_NOOP("Errors", "“{model}” is damaged ({reason})."),
        QT_TRANSLATE_NOOP("Errors", "Download it again, or choose another file."),
    ),
    ErrorCode.MODEL_SHARD_MISSING: (
        QT_TRANSLATE_NOOP("Errors", "“{model}” is one of several pieces, and not all of them are here."),
        QT_TRANSLATE_NOOP("Errors", "Put all pieces into one folder and open the first."),
    ),
    ErrorCode.MODEL_UNSUPPORTED: (
        QT_TRANSLATE_NOOP(
            "Errors", "This version of llama.cpp does not know the architecture “{architecture}” of “{model}”."
        ),
        QT_TRANSLATE_NOOP("Errors", "A newer ChatDesk may; until then choose another model."),
    ),
    ErrorCode.MODEL_NOT_FOR_CHAT: (
        QT_TRANSLATE_NOOP("Errors", "“{model}” cannot write text: {reason}."),
        QT_TRANSLATE_NOOP("Errors", "Choose a language model made for text generation."),
    ),
    ErrorCode.MODEL_OUT_OF_MEMORY: (
        QT_TRANSLATE_NOOP("Errors", "There is not enough memory for “{model}”."),
        QT_TRANSLATE_NOOP(
            "Errors", "Choose a shorter context in Settings, a smaller quantization, or close other programs."
        ),
    ),
    ErrorCode.MODEL_CRASHES: (
        QT_TRANSLATE_NOOP("Errors", "llama.cpp crashes on “{model}” ({reason}), so ChatDesk did not load it."),
        QT_TRANSLATE_NOOP("Errors", "The file is probably damaged; download it again or choose another."),
    ),
    ErrorCode.MODEL_WRONG_PROCESSOR: (
        QT_TRANSLATE_NOOP(
            "Errors", "This build of llama.cpp uses instructions that this computer's processor does not have."
        ),
        QT_TRANSLATE_NOOP("Errors", "Install the ChatDesk package made for this kind of computer."),
    ),
    ErrorCode.MODEL_PROBE_TIMEOUT: (
        QT_TRANSLATE_NOOP("Errors", "Trying “{model}” took longer than {seconds} seconds and was given up."),
        QT_TRANSLATE_NOOP("Errors", "Close busy programs and try again, or choose a smaller model."),
    ),
    ErrorCode.MODEL_LOAD_FAILED: (
        QT_TRANSLATE_NOOP("Errors", "“{model}” could not be loaded: {reason}."),
        QT_TRANSLATE_NOOP("Errors", "Try it again, or choose another model."),
    ),
    ErrorCode.ENGINE_INCOMPLETE: (
        QT_TRANSLATE_NOOP("Errors", "The part of ChatDesk that computes is missing or cannot be opened."),
        QT_TRANSLATE_NOOP("Errors", "Check whether a virus scanner holds it back, or install ChatDesk again."),
    ),
    ErrorCode.LOAD_CANCELLED: (
        QT_TRANSLATE_NOOP("Errors", "Loading “{model}” was cancelled."),
        "",
    ),
    ErrorCode.TEMPLATE_FAILED: (
        QT_TRANSLATE_NOOP(
            "Errors", "The chat template of “{model}” does not work ({reason}); a general one is used instead."
        ),
        QT_TRANSLATE_NOOP("Errors", "Replies may be worse than they could be."),
    ),
    ErrorCode.PROMPT_TOO_LONG: (
        QT_TRANSLATE_NOOP(
            "Errors", "This message is {tokens} tokens long: more than a context of {n_ctx} has room for here."
        ),
        QT_TRANSLATE_NOOP(
            "Errors", "Send a shorter one, unpin messages, choose a longer context in Settings, or another model."
        ),
    ),
    ErrorCode.MESSAGES_LEFT_OUT: (
        QT_TRANSLATE_NOOP(
            "Errors", "The context is full: {count} earlier messages of this chat are no longer sent to the model."
        ),
        QT_TRANSLATE_NOOP(
            "Errors", "They stay in the chat. A longer context in Settings lets the model see them again."
        ),
    ),
    ErrorCode.CONTEXT_WOULD_OVERFLOW: (
        QT_TRANSLATE_NOOP(
            "Errors", "This message does not fit unless {count} earlier messages are kept from the model."
        ),
        QT_TRANSLATE_NOOP("Errors", "Send it all the same, or choose a longer context in Settings."),
    ),
    ErrorCode.GENERATION_FAILED: (
        QT_TRANSLATE_NOOP("Errors", "llama.cpp could not go on ({reason})."),
        QT_TRANSLATE_NOOP("Errors", "Try again; if it happens again, load the model again."),
    ),
    ErrorCode.EMPTY_MESSAGE: (
        QT_TRANSLATE_NOOP("Errors", "There is nothing to send."),
        QT_TRANSLATE_NOOP("Errors", "Write a message first."),
    ),
    ErrorCode.ATTACHMENT_EMPTY: (
        QT_TRANSLATE_NOOP("Errors", "“{name}” is empty, so it was not attached."),
        "",
    ),
    ErrorCode.ATTACHMENT_NOT_TEXT: (
        QT_TRANSLATE_NOOP("Errors", "“{name}” is neither text nor a picture, so a model could not read it."),
        QT_TRANSLATE_NOOP("Errors", "Save it as plain text and attach that."),
    ),
    ErrorCode.ATTACHMENT_TOO_LARGE: (
        QT_TRANSLATE_NOOP("Errors", "“{name}” is larger than {most}, so it was not attached."),
        QT_TRANSLATE_NOOP("Errors", "Attach the part of it that matters."),
    ),
    ErrorCode.ATTACHMENT_TOO_MANY: (
        QT_TRANSLATE_NOOP("Errors", "A message can have {count} attachments, so “{name}” was not attached."),
        QT_TRANSLATE_NOOP("Errors", "Send it with another message."),
    ),
    ErrorCode.ATTACHMENT_UNREADABLE: (
        QT_TRANSLATE_NOOP("Errors", "“{name}” cannot be read: {reason}."),
        QT_TRANSLATE_NOOP("Errors", "Check that the file is there and that you may read it."),
    ),
    ErrorCode.NOT_A_FILE: (
        QT_TRANSLATE_NOOP("Errors", "“{name}” is not a file: it is a folder, a pipe or a device."),
        QT_TRANSLATE_NOOP("Errors", "Choose a file."),
    ),
    ErrorCode.PROMPTS_UNREADABLE: (
        QT_TRANSLATE_NOOP("Errors", "“{name}” holds no prompts that ChatDesk understands."),
        QT_TRANSLATE_NOOP("Errors", "Choose a text file, or a list of prompts as JSON."),
    ),
    ErrorCode.BUSY: (
        QT_TRANSLATE_NOOP("Errors", "A reply is still being written."),
        QT_TRANSLATE_NOOP("Errors", "Wait for it, or stop it first."),
    ),
    ErrorCode.CONVERSATION_DELETED: (
        QT_TRANSLATE_NOOP("Errors", "This chat was deleted."),
        QT_TRANSLATE_NOOP("Errors", "Restore it from the menu, or begin a new one."),
    ),
    ErrorCode.SETTING_OUT_OF_RANGE: (
        QT_TRANSLATE_NOOP("Errors", "“{value}” is not possible for {name}."),
        QT_TRANSLATE_NOOP("Errors", "Choose a number from {least} to {most}."),
    ),
    ErrorCode.SETTING_NOT_AN_ADDRESS: (
        QT_TRANSLATE_NOOP("Errors", "“{value}” is no address that {name} can be."),
        QT_TRANSLATE_NOOP("Errors", "Write it in full, such as https://example.org."),
    ),
    ErrorCode.SETTINGS_BROKEN: (
        QT_TRANSLATE_NOOP("Errors", "The settings file could not be read, so the standard settings are used."),
        QT_TRANSLATE_NOOP("Errors", "The old file is kept as {moved_to}."),
    ),
    ErrorCode.DATABASE_NEWER: (
        QT_TRANSLATE_NOOP("Errors", "Your chats were saved by a newer version of ChatDesk."),
        QT_TRANSLATE_NOOP("Errors", "Update ChatDesk to open them; nothing was changed."),
    ),
    ErrorCode.DATABASE_BROKEN: (
        QT_TRANSLATE_NOOP("Errors", "The file with your chats is damaged: {path}."),
        QT_TRANSLATE_NOOP("Errors", "Copy it to a safe place before anything else."),
    ),
    ErrorCode.DATABASE_UNREADABLE: (
        QT_TRANSLATE_NOOP("Errors", "The file with your chats cannot be read: {path}."),
        QT_TRANSLATE_NOOP(
            "Errors",
            "It is damaged, locked, or of another version of ChatDesk. "
            "Copy it to a safe place, then open ChatDesk's window.",
        ),
    ),
    ErrorCode.DATABASE_MOVED_ASIDE: (
        QT_TRANSLATE_NOOP("Errors", "The file with your chats could not be read, so a new one was begun."),
        QT_TRANSLATE_NOOP("Errors", "The old file is kept as {moved_to}."),
    ),
    ErrorCode.DATABASE_LOCKED: (
        QT_TRANSLATE_NOOP("Errors", "Another program holds the file with your chats: {path}."),
        QT_TRANSLATE_NOOP("Errors", "Close it and start ChatDesk again."),
    ),
    ErrorCode.DATABASE_NO_WAL: (
        QT_TRANSLATE_NOOP(
            "Errors", "The folder {path} lies on a disk where chats cannot be kept safely (a network drive?)."
        ),
        QT_TRANSLATE_NOOP("Errors", "Choose a folder on this computer's own disk."),
    ),
    ErrorCode.FOLDER_IN_USE: (
        QT_TRANSLATE_NOOP("Errors", "ChatDesk is open and works with these models."),
        QT_TRANSLATE_NOOP("Errors", "Do it in its window, or close the window first."),
    ),
    ErrorCode.DISK_FULL: (
        QT_TRANSLATE_NOOP("Errors", "The disk is full, so this could not be saved."),
        QT_TRANSLATE_NOOP("Errors", "Free some space and try again; what was saved before is safe."),
    ),
    ErrorCode.FOLDER_NOT_WRITABLE: (
        QT_TRANSLATE_NOOP("Errors", "ChatDesk may not write to its folder {path}."),
        QT_TRANSLATE_NOOP("Errors", "Allow it, or set CHATDESK_HOME to another folder."),
    ),
    ErrorCode.DISK_ERROR: (
        QT_TRANSLATE_NOOP("Errors", "The disk reported an error: {reason}."),
        QT_TRANSLATE_NOOP("Errors", "Check the disk and try again."),
    ),
    ErrorCode.HUB_OFFLINE: (
        QT_TRANSLATE_NOOP("Errors", "ChatDesk is in offline mode, so the Hugging Face Hub was not asked."),
        QT_TRANSLATE_NOOP("Errors", "Turn offline mode off in Settings to search and download."),
    ),
    ErrorCode.HUB_UNREACHABLE: (
        QT_TRANSLATE_NOOP("Errors", "{host} cannot be reached ({reason})."),
        QT_TRANSLATE_NOOP(
            "Errors",
            "Check the connection, or set a mirror or a proxy in Settings; what is installed works without a network.",
        ),
    ),
    ErrorCode.HUB_REPO_NOT_FOUND: (
        QT_TRANSLATE_NOOP("Errors", "The Hub has no repo “{repo_id}”, or it is private."),
        QT_TRANSLATE_NOOP("Errors", "Check its spelling; a private repo needs an access token in Settings."),
    ),
    ErrorCode.HUB_FILE_NOT_FOUND: (
        QT_TRANSLATE_NOOP("Errors", "“{repo_id}” has no file “{filename}”."),
        QT_TRANSLATE_NOOP("Errors", "It may have been renamed or removed; open the repo's page again."),
    ),
    ErrorCode.HUB_GATED: (
        QT_TRANSLATE_NOOP("Errors", "The authors of “{repo_id}” want their licence accepted first."),
        QT_TRANSLATE_NOOP(
            "Errors", "Accept it at {url}, then put an access token of your account into Settings and try again."
        ),
    ),
    ErrorCode.HUB_TOKEN_REFUSED: (
        QT_TRANSLATE_NOOP("Errors", "The Hub did not accept the access token."),
        QT_TRANSLATE_NOOP("Errors", "Make a new one at {url} and put it into Settings."),
    ),
    ErrorCode.HUB_RATE_LIMITED: (
        QT_TRANSLATE_NOOP("Errors", "The Hub asks for a pause: too many requests came from this network."),
        QT_TRANSLATE_NOOP("Errors", "Try again in {seconds} s; an access token in Settings raises the limit."),
    ),
    ErrorCode.HUB_ERROR: (
        QT_TRANSLATE_NOOP("Errors", "The Hub answered with something unexpected ({reason})."),
        QT_TRANSLATE_NOOP("Errors", "Try again later."),
    ),
    ErrorCode.HUB_BAD_ADDRESS: (
        QT_TRANSLATE_NOOP("Errors", "“{address}” is no address of a model on the Hub."),
        QT_TRANSLATE_NOOP("Errors", "Paste the address of a repo, or write owner/name."),
    ),
    ErrorCode.RELEASES_OFFLINE: (
        QT_TRANSLATE_NOOP("Errors", "ChatDesk is in offline mode, so nobody was asked for a new version."),
        QT_TRANSLATE_NOOP("Errors", "Turn offline mode off in Settings, or open the release page in the browser."),
    ),
    ErrorCode.RELEASES_UNREACHABLE: (
        QT_TRANSLATE_NOOP("Errors", "ChatDesk's release page cannot be reached ({reason})."),
        QT_TRANSLATE_NOOP("Errors", "Check the connection, or set a proxy in Settings; then try again."),
    ),
    ErrorCode.RELEASES_RATE_LIMITED: (
        QT_TRANSLATE_NOOP("Errors", "The release page asks for a pause: too many requests came from this network."),
        QT_TRANSLATE_NOOP("Errors", "Try again in {seconds} s, or open the page in the browser."),
    ),
    ErrorCode.RELEASES_ERROR: (
        QT_TRANSLATE_NOOP("Errors", "The release page answered with something unexpected ({reason})."),
        QT_TRANSLATE_NOOP("Errors", "Try again later, or open the page in the browser."),
    ),
    ErrorCode.DOWNLOAD_NO_SPACE: (
        QT_TRANSLATE_NOOP(
            "Errors", "“{model}” needs {needed} on this disk, and {free} are free: {missing} are missing."
        ),
        QT_TRANSLATE_NOOP("Errors", "Remove models or other files, or choose a smaller quantization."),
    ),
    ErrorCode.DOWNLOAD_DAMAGED: (
        QT_TRANSLATE_NOOP("Errors", "“{model}” arrived damaged: its checksum is wrong."),
        QT_TRANSLATE_NOOP(
            "Errors", "It was thrown away. Download it again; if it happens again, the network or the disk is at fault."
        ),
    ),
    ErrorCode.DOWNLOAD_CHANGED: (
        QT_TRANSLATE_NOOP("Errors", "“{model}” was changed on the Hub while it was being downloaded."),
        QT_TRANSLATE_NOOP("Errors", "Open its page again and download the new version."),
    ),
    ErrorCode.DOWNLOAD_UNSAFE_NAME: (
        QT_TRANSLATE_NOOP("Errors", "“{filename}” is no safe name for a file on this computer."),
        QT_TRANSLATE_NOOP("Errors", "Choose another file."),
    ),
    ErrorCode.DOWNLOAD_EXISTS: (
        QT_TRANSLATE_NOOP("Errors", "“{model}” is installed or on its way already."),
        "",
    ),
    ErrorCode.FOLDER_NESTED: (
        QT_TRANSLATE_NOOP("Errors", "{path} lies inside the folder that is to be moved, or around it."),
        QT_TRANSLATE_NOOP("Errors", "Choose a folder somewhere else."),
    ),
    ErrorCode.FOLDER_NOT_EMPTY: (
        QT_TRANSLATE_NOOP("Errors", "There is something in {path} already."),
        QT_TRANSLATE_NOOP("Errors", "Choose an empty folder, or make a new one."),
    ),
    ErrorCode.FOLDER_NO_SPACE: (
        QT_TRANSLATE_NOOP("Errors", "{needed} are needed in {path}, and {free} are free."),
        QT_TRANSLATE_NOOP("Errors", "Free some space there, or choose another disk."),
    ),
    ErrorCode.CHAT_NOT_FOUND: (
        QT_TRANSLATE_NOOP("Errors", "There is no chat “{title}”."),
        QT_TRANSLATE_NOOP("Errors", "Look for its title in the window; it may have been renamed or deleted."),
    ),
    ErrorCode.IMPORT_UNREADABLE: (
        QT_TRANSLATE_NOOP("Errors", "“{filename}” cannot be read: {reason}."),
        QT_TRANSLATE_NOOP("Errors", "Check that it arrived whole, and export or download it once more."),
    ),
    ErrorCode.MODEL_TOO_LARGE: (
        QT_TRANSLATE_NOOP("Errors", "“{model}” needs about {needed} of memory, and {free} are free."),
        QT_TRANSLATE_NOOP("Errors", "Choose a shorter context, fewer GPU layers or a smaller file, or load it anyway."),
    ),
    ErrorCode.MODEL_NOT_OURS: (
        QT_TRANSLATE_NOOP("Errors", "“{model}” belongs to another app or came with ChatDesk, so it is not removed."),
        QT_TRANSLATE_NOOP("Errors", "It can be taken off the list."),
    ),
    ErrorCode.MODEL_NOT_REMOVED: (
        QT_TRANSLATE_NOOP("Errors", "“{model}” could not be removed: {reason}."),
        QT_TRANSLATE_NOOP("Errors", "Close programs that use it and try again."),
    ),
    ErrorCode.TOKEN_NOT_SAVED: (
        QT_TRANSLATE_NOOP(
            "Errors",
            "This system has no safe place for the access token ({reason}), so it is kept until ChatDesk closes.",
        ),
        QT_TRANSLATE_NOOP("Errors", "Unlock the system's keyring, or set HF_TOKEN in the environment."),
    ),
    ErrorCode.TOKEN_NOT_DELETED: (
        QT_TRANSLATE_NOOP(
            "Errors", "ChatDesk no longer uses the access token, but the system's keyring may still hold it ({reason})."
        ),
        QT_TRANSLATE_NOOP("Errors", "Unlock the keyring and remove “ChatDesk” there, or revoke the token on {url}."),
    ),
    ErrorCode.CONVERSATION_NOT_FOUND: (
        QT_TRANSLATE_NOOP("Errors", "There is no chat “{conversation}”, or several begin so."),
        QT_TRANSLATE_NOOP("Errors", "`chatdesk conversations` lists them all."),
    ),
    ErrorCode.WINDOW_HAS_MODEL: (
        QT_TRANSLATE_NOOP("Errors", "ChatDesk is open and answers with the model that is chosen there."),
        QT_TRANSLATE_NOOP("Errors", "Leave out --model, or close the window first."),
    ),
    ErrorCode.WINDOW_NOT_ANSWERING: (
        QT_TRANSLATE_NOOP("Errors", "ChatDesk is open, but its window does not answer."),
        QT_TRANSLATE_NOOP("Errors", "Try again in a moment, or close the window first."),
    ),
    ErrorCode.WINDOW_OTHER_VERSION: (
        QT_TRANSLATE_NOOP("Errors", "The window that is open is of another version of ChatDesk."),
        QT_TRANSLATE_NOOP("Errors", "Close it and try again."),
    ),
    ErrorCode.REPLAY_NO_RECORD: (
        QT_TRANSLATE_NOOP("Errors", "It is not known in every detail what this reply was made from."),
        QT_TRANSLATE_NOOP(
            "Errors", "An older ChatDesk wrote it, it came from a file, it failed, or its text was changed."
        ),
    ),
    ErrorCode.REPLAY_MODEL_GONE: (
        QT_TRANSLATE_NOOP("Errors", "“{model}”, which wrote this reply, is no longer where it was."),
        QT_TRANSLATE_NOOP("Errors", "Install the same file again to check it."),
    ),
    ErrorCode.REPLAY_OTHER_FILE: (
        QT_TRANSLATE_NOOP("Errors", "The file of “{model}” is no longer the one that wrote this reply."),
        QT_TRANSLATE_NOOP("Errors", "Only the same file can write it again."),
    ),
    ErrorCode.REPLAY_NOT_LOADED: (
        QT_TRANSLATE_NOOP("Errors", "“{model}”, which wrote this reply, is not loaded."),
        QT_TRANSLATE_NOOP("Errors", "Choose it in the model picker, then check again."),
    ),
    ErrorCode.REPLAY_OTHER_SETTINGS: (
        QT_TRANSLATE_NOOP("Errors", "The model is loaded with another {name} than when it wrote this reply."),
        QT_TRANSLATE_NOOP("Errors", "With this one its prompt cannot be processed in the same batches."),
    ),
    ErrorCode.CRASHED_LAST_TIME: (
        QT_TRANSLATE_NOOP("Errors", "ChatDesk ended unexpectedly while “{model}” was in use. Your chats are safe."),
        QT_TRANSLATE_NOOP("Errors", "The model was not loaded by itself; choose it in the model picker to try again."),
    ),
    ErrorCode.INTERNAL: (
        QT_TRANSLATE_NOOP("Errors", "Something went wrong inside ChatDesk ({reason})."),
        QT_TRANSLATE_NOOP("Errors", "Your chats are safe. Details are in the log file."),
    ),
}

# What happened, for those that count messages, where `count` is 1.
_OF_ONE: Mapping[ErrorCode, str] = {
    ErrorCode.MESSAGES_LEFT_OUT: QT_TRANSLATE_NOOP(
        "Errors", "The context is full: 1 earlier message of this chat is no longer sent to the model."
    ),
    ErrorCode.CONTEXT_WOULD_OVERFLOW: QT_TRANSLATE_NOOP(
        "Errors", "This message does not fit unless 1 earlier message is kept from the model."
    ),
}


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """A problem as a value: what an event carries and a failed reply keeps. Parameters are plain JSON values."""

    code: ErrorCode
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What happened and the next step in English, before parameters are put in."""
        sentence, step = ENGLISH[self.code]
        if self.params.get("count") == 1:
            sentence = _OF_ONE.get(self.code, sentence)
        return tuple(text for text in (sentence, step) if text)

    @property
    def english(self) -> str:
        """The sentence and the next step in English."""
        params = {name: _size(value) if name in SIZE_PARAMS else value for name, value in self.params.items()}
        return " ".join(text.format_map(_Lenient(params)) for text in self.sentences)


def kept_error(code: str, params: Mapping[str, Any]) -> ErrorDetail:
    """A problem as it was kept; one that this version of ChatDesk does not know goes by its code."""
    try:
        return ErrorDetail(ErrorCode(code), params)
    except ValueError:
        return ErrorDetail(ErrorCode.INTERNAL, {"reason": code})


def _size(value: Any) -> Any:
    """`4,100 MB` for a number of bytes."""
    return f"{value / 1e6:,.0f} MB" if isinstance(value, int) else value


class _Lenient(dict[str, Any]):
    """Parameters for `format_map` where a missing one (an old database row) shows as its name."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class UserFacingError(Exception):
    """Something outside ChatDesk went wrong, and a person can read what and what to do next."""

    def __init__(self, code: ErrorCode, **params: Any) -> None:
        self.detail = ErrorDetail(code, params)
        super().__init__(self.detail.english)

    @classmethod
    def of(cls, detail: ErrorDetail) -> UserFacingError:
        """The problem that was announced, raised again."""
        error = cls(detail.code)
        error.detail = detail
        error.args = (detail.english,)
        return error

    @property
    def code(self) -> ErrorCode:
        """Which problem it is."""
        return self.detail.code


class GoneError(Exception):
    """What a job belongs to was closed meanwhile: nobody waits for it, and there is nothing to say of it."""
