"""Where models come from: offline mode, mirror, proxy, access token, and how downloads behave."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chatdesk.core.settings import ADDRESS_SCHEMES, LOAD_LIMITS
from chatdesk.ui.setting_fields import ChoiceField
from chatdesk.ui.settings_dialog.fields import AddressField, Switch, TokenField
from chatdesk.ui.settings_dialog.page import SettingsPage

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel, QWidget

    from chatdesk.core.settings import Settings

HUB_ADDRESS = "https://huggingface.co"


class NetworkPage(SettingsPage):
    """The network, and the access token, which is no setting: it goes to the system's keyring."""

    def __init__(self, title: str, *, has_token: bool = False) -> None:
        super().__init__("settings_network", title)
        self._is_offline = Switch()
        self._endpoint = AddressField(ADDRESS_SCHEMES["hub_endpoint"], "https", HUB_ADDRESS)
        self._proxy = AddressField(ADDRESS_SCHEMES["proxy"], "http", self.tr("the system's own"))
        self._token = TokenField(has_token=has_token)
        self._keeps_awake = Switch()
        least, most = LOAD_LIMITS["parallel_downloads"]
        self._parallel_downloads = ChoiceField(tuple((str(number), number) for number in range(least, most + 1)))
        self.section(title)
        self.row(
            "offline_switch",
            self.tr("Offline mode"),
            self.tr("ChatDesk opens no connection to the internet. Chats and installed models work as before."),
            self._is_offline,
        )
        endpoint_problem = self.wide_row(
            "hub_endpoint_field",
            self.tr("Mirror"),
            self.tr("Where models are searched and downloaded instead of the Hugging Face Hub. Empty: the Hub itself."),
            self._endpoint,
        )
        proxy_problem = self.wide_row(
            "proxy_field",
            self.tr("Proxy"),
            self.tr("The server that leads to the internet, where a network has one. Empty: what the system says."),
            self._proxy,
        )
        token_problem = self.wide_row(
            "token_field",
            self.tr("Access token"),
            self.tr("For repos that ask for a login on the Hub. Saved in the system's keyring and never shown again."),
            self._token,
        )
        self.row(
            "keeps_awake_switch",
            self.tr("Keep the computer awake"),
            self.tr("It does not go to sleep by itself while a model is downloaded or a reply is written."),
            self._keeps_awake,
        )
        self.row(
            "parallel_downloads_choice",
            self.tr("Downloads at a time"),
            self.tr("Others wait for their turn. One after the other, the first is ready sooner."),
            self._parallel_downloads,
        )
        self.finish()
        self._checked: tuple[tuple[AddressField | TokenField, QLabel, str], ...] = (
            (self._endpoint, endpoint_problem, self.tr("Write the whole address, such as https://hub.example.org.")),
            (self._proxy, proxy_problem, self.tr("Write the whole address, such as http://proxy.example.org:3128.")),
            (self._token, token_problem, self.tr("This is no access token: it has spaces or unusual characters.")),
        )
        for field in (self._endpoint, self._proxy):
            field.editingFinished.connect(self.wrong_field)
            field.textEdited.connect(self._withdraw)
        self._token.edited.connect(self._withdraw)

    def fill(self, settings: Settings) -> None:
        self._is_offline.setChecked(settings.is_offline)
        self._endpoint.setText(settings.hub_endpoint or "")
        self._proxy.setText(settings.proxy or "")
        self._keeps_awake.setChecked(settings.keeps_awake)
        self._parallel_downloads.show_setting(settings.parallel_downloads)
        self._withdraw()

    def changed(self, settings: Settings) -> Settings:
        return replace(
            settings,
            is_offline=self._is_offline.isChecked(),
            hub_endpoint=self._endpoint.address(),
            proxy=self._proxy.address(),
            keeps_awake=self._keeps_awake.isChecked(),
            parallel_downloads=self._parallel_downloads.setting(),
        )

    def token_change(self) -> str | None:
        """The new token; empty when the saved one is to go; None when nothing changes."""
        return self._token.change()

    def wrong_field(self) -> QWidget | None:
        self._endpoint.complete()
        self._proxy.complete()
        wrong = None
        for field, problem, words in self._checked:
            is_valid = field.is_valid()
            problem.setText("" if is_valid else words)
            problem.setVisible(not is_valid)
            if not is_valid and wrong is None:
                wrong = field
        return wrong

    def _withdraw(self) -> None:
        """Say nothing of what is being mended."""
        for field, problem, _ in self._checked:
            problem.setVisible(problem.isVisible() and not field.is_valid())
