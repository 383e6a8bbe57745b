"""Writes real GGUF files in milliseconds: a llama with one block of zero weights that says exactly what it is told.

With the block's weights at zero the residual stream is the last token's embedding, here one-hot; `output.weight` is
then a table that leads from each token to the next. So the script's tokens must be distinct, and every token that is
not in the script leads to its beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import gguf
import numpy as np

from chatdesk.core.model_files import ModelFile

if TYPE_CHECKING:
    from collections.abc import Sequence

UNKNOWN, BOS, EOS = 0, 1, 2
FIRST_BYTE = 3
TEMPLATE = "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}<|assistant|>"
CONTROL = ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>")
SCRIPT = ("▁Hello", "▁there,", "▁this", "▁is", "▁a", "▁scripted", "▁reply.")


@dataclass(frozen=True)
class TinyModel:
    """What to write. An item of `script` is a token's text, or bytes, which become one token each.

    `ends` False makes the script a circle. `metadata` adds keys, or replaces the architecture's own.
    """

    script: Sequence[str | bytes] = SCRIPT
    ends: bool = True
    chat_template: str | None = TEMPLATE
    n_ctx_train: int = 4096
    adds_bos: bool = True
    control: Sequence[str] = CONTROL
    user_defined: Sequence[str] = ()
    repeated_token: str | None = None
    architecture: str = "llama"
    tokenizer: str = "llama"
    is_causal: bool = True

    @property
    def vocabulary(self) -> list[tuple[str, int]]:
        """(text, type) of each token, by id."""
        kind = gguf.TokenType
        tokens = [("<unk>", kind.UNKNOWN), ("<s>", kind.CONTROL), ("</s>", kind.CONTROL)]
        tokens += [(f"<0x{byte:02X}>", kind.BYTE) for byte in range(256)]
        tokens += [(text, kind.CONTROL) for text in self.control]
        tokens += [(text, kind.USER_DEFINED) for text in self.user_defined]
        special = {*self.control, *self.user_defined}
        tokens += [(text, kind.NORMAL) for text in self.script if isinstance(text, str) and text not in special]
        # Sentencepiece writes a space so; without this token it would be three bytes.
        tokens += [(text, kind.NORMAL) for text in ("▁",) if text not in self.script]
        if self.repeated_token is not None:
            tokens.append((self.repeated_token, kind.NORMAL))
        return [(text, int(kind)) for text, kind in tokens]

    def token(self, text: str) -> int:
        """The id of the token that is spelled `text`."""
        return [known for known, _ in self.vocabulary].index(text)

    @property
    def script_tokens(self) -> list[int]:
        """The script as token ids, without the one that ends it."""
        ids: list[int] = []
        for item in self.script:
            ids += [FIRST_BYTE + byte for byte in item] if isinstance(item, bytes) else [self.token(item)]
        return ids

    def write(self, path: Path) -> ModelFile:
        """Write the file and describe it."""
        vocabulary = self.vocabulary
        n_embd = -(-len(vocabulary) // 64) * 64
        writer = gguf.GGUFWriter(str(path), self.architecture)
        self._write_metadata(writer, vocabulary, n_embd)
        self._write_tensors(writer, len(vocabulary), n_embd)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        status = path.stat()
        return ModelFile(str(path), status.st_size, status.st_mtime)

    def _write_metadata(self, writer: gguf.GGUFWriter, vocabulary: list[tuple[str, int]], n_embd: int) -> None:
        writer.add_name("tiny")
        writer.add_context_length(self.n_ctx_train)
        writer.add_embedding_length(n_embd)
        writer.add_block_count(1)
        writer.add_feed_forward_length(32)
        writer.add_head_count(1)
        writer.add_head_count_kv(1)
        writer.add_key_length(32)
        writer.add_value_length(32)
        writer.add_rope_dimension_count(32)
        writer.add_layer_norm_rms_eps(1e-5)
        if not self.is_causal:
            writer.add_causal_attention(value=False)
        writer.add_vocab_size(len(vocabulary))
        writer.add_tokenizer_model(self.tokenizer)
        if self.tokenizer == "none":
            return
        writer.add_tokenizer_pre("default")
        writer.add_token_list([text.encode() for text, _ in vocabulary])
        writer.add_token_scores([-float(index) for index in range(len(vocabulary))])
        writer.add_token_types([kind for _, kind in vocabulary])
        writer.add_bos_token_id(BOS)
        writer.add_eos_token_id(EOS)
        writer.add_unk_token_id(UNKNOWN)
        writer.add_add_bos_token(self.adds_bos)
        if self.chat_template is not None:
            writer.add_chat_template(self.chat_template)

    def _write_tensors(self, writer: gguf.GGUFWriter, n_vocab: int, n_embd: int) -> None:
        embeddings = np.zeros((n_vocab, n_embd), dtype=np.float16)
        embeddings[np.arange(n_vocab), np.arange(n_vocab)] = 1
        table = np.zeros((n_vocab, n_embd), dtype=np.float16)
        script = self.script_tokens
        following = dict.fromkeys(range(n_vocab), script[0] if script else EOS)
        following |= dict(zip(script, [*script[1:], EOS if self.ends else script[0]], strict=True)) if script else {}
        for token, then in following.items():
            table[then, token] = 10
        tensors: dict[str, np.ndarray] = {
            "token_embd.weight": embeddings,
            "output.weight": table,
            "output_norm.weight": np.ones(n_embd, dtype=np.float32),
            "blk.0.attn_norm.weight": np.ones(n_embd, dtype=np.float32),
            "blk.0.ffn_norm.weight": np.ones(n_embd, dtype=np.float32),
        }
        shapes = {
            "attn_q": (32, n_embd),
            "attn_k": (32, n_embd),
            "attn_v": (32, n_embd),
            "attn_output": (n_embd, 32),
            "ffn_gate": (32, n_embd),
            "ffn_up": (32, n_embd),
            "ffn_down": (n_embd, 32),
        }
        tensors |= {f"blk.0.{name}.weight": np.zeros(shape, dtype=np.float16) for name, shape in shapes.items()}
        for name, values in tensors.items():
            writer.add_tensor(name, values)
