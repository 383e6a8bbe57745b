from dataclasses import replace

import pytest

from chatdesk.core.palette import MOST_CHATS_UNASKED, MOST_FOUND, Entry, EntryKind, Offer, found, rank_of, unasked


def entry(title: str, kind: EntryKind = EntryKind.ACTION) -> Entry:
    return Entry(f"{kind.name}:{title}", kind, title, lambda: None)


def titles(offers: tuple[Offer, ...]) -> list[str]:
    return [offer.entry.title for offer in offers]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("new", "New chat"),
        ("ch ne", "New chat"),
        ("NEW CHAT", "new chat"),
        ("nch", "New chat"),
        ("gguf", "Open GGUF…"),
        ("中文", "关于中文的聊天"),
        ("straße", "STRASSE"),
    ],
)
def test_typed_letters_find_a_title(text: str, title: str) -> None:
    assert titles(found([entry(title), entry("zzz")], text, [])) == [title]


@pytest.mark.parametrize("text", ["x", "nex", "newchat1", "hcn", "ew q"])
def test_other_letters_do_not(text: str) -> None:
    assert found([entry("New chat")], text, []) == ()


def test_the_beginning_of_a_word_is_better_than_its_middle_and_both_than_scattered_letters() -> None:
    offered = [entry("Some time"), entry("Overtime model"), entry("My model"), entry("Models…")]
    assert titles(found(offered, "mo", [])) == ["Overtime model", "My model", "Models…"]
    assert titles(found(offered, "ode", [])) == ["Overtime model", "My model", "Models…"]
    assert titles(found(offered, "tim", [])) == ["Some time", "Overtime model"]
    assert titles(found(offered, "st", [])) == ["Some time"]


def test_of_equals_the_one_used_last_is_first_and_then_actions_before_chats() -> None:
    chat, action, model = entry("Models of clay", EntryKind.CHAT), entry("Models…"), entry("Model", EntryKind.MODEL)
    assert titles(found([chat, action, model], "model", [])) == ["Models…", "Models of clay", "Model"]
    assert titles(found([chat, action, model], "model", [model.key])) == ["Model", "Models…", "Models of clay"]


def test_a_better_match_is_before_one_used_last() -> None:
    old, new = entry("Remodel"), entry("Models…")
    assert titles(found([old, new], "model", [old.key])) == ["Models…", "Remodel"]


def test_unasked_come_the_last_used_then_kind_by_kind() -> None:
    settings, action, chat = entry("General", EntryKind.SETTINGS), entry("Quit"), entry("Tea", EntryKind.CHAT)
    offers = unasked([settings, chat, action], [chat.key, "ACTION:gone"])
    assert [(offer.listed_as, offer.entry) for offer in offers] == [
        (EntryKind.RECENT, chat),
        (EntryKind.ACTION, action),
        (EntryKind.SETTINGS, settings),
    ]


def test_a_thousand_chats_do_not_bury_the_rest() -> None:
    chats = [entry(f"Chat {number}", EntryKind.CHAT) for number in range(1000)]
    offers = unasked([*chats, entry("Model", EntryKind.MODEL)], [])
    assert titles(offers) == [*(f"Chat {number}" for number in range(MOST_CHATS_UNASKED)), "Model"]
    assert len(found(chats, "chat", [])) == MOST_FOUND


def test_no_words_find_everything() -> None:
    assert rank_of("anything", []) == 0


def test_a_single_setting_is_found_by_what_is_said_of_it_behind_all_titles_and_offered_only_when_asked_for() -> None:
    theme = replace(entry("Theme", EntryKind.SETTING), about="appearance theme the colours of the window 窗口的颜色")
    chat = entry("The colours of tea", EntryKind.CHAT)
    assert titles(found([theme, chat], "colours", [])) == ["The colours of tea", "Theme"]
    assert titles(found([theme, chat], "theme", [])) == ["Theme"]
    assert titles(found([theme], "颜色", [])) == ["Theme"]
    assert titles(found([theme], "indow", [])) == []
    assert titles(unasked([theme, chat], [])) == ["The colours of tea"]
    assert titles(unasked([theme, chat], [theme.key])) == ["Theme", "The colours of tea"]
