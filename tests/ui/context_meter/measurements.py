"""What a service would announce about the context."""

from dataclasses import dataclass, field

from chatdesk.core.context_map import BlockKind, ContextBlock, ContextUse, OverflowPolicy
from chatdesk.core.messages import Role
from chatdesk.core.model_info import DeviceInUse, ModelInfo

SMALL = ModelInfo("Small", "llama", 135_000_000, 2048, 2048, 512, 512, 2, 0, 10**8, 10**8, DeviceInUse("CPU"), "hash")
LARGE = ModelInfo("Large", "llama", 8_000_000_000, 8192, 8192, 512, 512, 2, 0, 10**9, 10**9, DeviceInUse("CPU"), "hash")

SYSTEM = ContextBlock(BlockKind.SYSTEM, None, None, 40, is_cached=True)


def message(message_id: str, tokens: int, *, is_cached: bool = True, falls_out_next: bool = False) -> ContextBlock:
    role = Role.USER if message_id.startswith("u") else Role.ASSISTANT
    return ContextBlock(BlockKind.MESSAGE, message_id, role, tokens, is_cached, falls_out_next)


def draft(tokens: int) -> ContextBlock:
    return ContextBlock(BlockKind.DRAFT, None, Role.USER, tokens)


def use(
    *blocks: ContextBlock,
    conversation_id: str | None = "c",
    left_out: tuple[str, ...] = (),
    summarised: tuple[str, ...] = (),
    policy: OverflowPolicy = OverflowPolicy.DROP_OLDEST,
) -> ContextUse:
    return ContextUse(conversation_id, 2048, 512, blocks, left_out, summarised, policy)


@dataclass
class ScriptedChat:
    """Writes down what is asked of it."""

    asked: list[tuple[object, ...]] = field(default_factory=list)

    def measure(self, conversation_id: str | None, draft: str | None = None) -> None:
        self.asked.append(("measure", conversation_id, draft))

    def set_policy(self, conversation_id: str, policy: OverflowPolicy | None) -> None:
        self.asked.append(("set_policy", conversation_id, policy))

    def edit_summary(self, conversation_id: str, text: str) -> None:
        self.asked.append(("edit_summary", conversation_id, text))

    def undo_summary(self, conversation_id: str) -> None:
        self.asked.append(("undo_summary", conversation_id))

    def take(self) -> list[tuple[object, ...]]:
        """What was asked since the last time."""
        asked, self.asked = self.asked, []
        return asked
