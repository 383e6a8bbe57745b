"""A conversation's title, where a model is asked for a better one than its first line."""

from __future__ import annotations

import re

from chatdesk.core.context_map import SUMMARISING_PARAMETERS
from chatdesk.core.conversations import TITLE_LENGTH
from chatdesk.core.summaries import summary_text
from chatdesk.core.untrusted_text import one_line

TITLE_TOKENS = 32
# A model is asked early or not at all: nobody looks for an old conversation under another name.
MOST_MESSAGES = 6
TITLE_REQUEST = (
    "Give our conversation up to here a title, for a list of conversations. Six words at most, in the language of the "
    "conversation. Write the title and nothing else: no quotation marks, no explanation."
)

_LABEL = re.compile(r"(?:\w{1,20} )?(?:title|标题|题目)\s*[:：]\s*", re.IGNORECASE)
_MARKS = "#*_`~>|•- \t\"'“”„‚‘’«»‹›「」『』《》<"


def asks_for_titles(setting: bool | None, n_params: int) -> bool:  # noqa: FBT001 - the value of a setting
    """Whether a model of `n_params` parameters writes titles; a `setting` of None: where it does so well."""
    return n_params >= SUMMARISING_PARAMETERS if setting is None else setting


def title_of(untrusted_text: str) -> str:
    """The title in what a model wrote: one line of plain words. Empty when it wrote none, or too long a one."""
    lines = (one_line(line, TITLE_LENGTH * 4).strip(_MARKS) for line in summary_text(untrusted_text).splitlines())
    # “Here is a title for our conversation:” is none.
    line = next((line for line in lines if line and not line.endswith((":", "："))), "")
    title = _LABEL.sub("", line, count=1) if _LABEL.match(line) else line
    title = title.strip(_MARKS).rstrip(".。!！,，;； ")
    is_title = any(map(str.isalnum, title)) and len(title) <= TITLE_LENGTH
    return title if is_title else ""
