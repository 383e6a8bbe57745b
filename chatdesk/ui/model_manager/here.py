"""What of the Hub is already on this computer or on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatdesk.core.downloads import Download
    from chatdesk.core.hub_models import RemoteModel
    from chatdesk.core.model_files import ModelFile


class ModelsHere:
    """Tells of a model of a repo whether it is installed or being downloaded."""

    def __init__(self) -> None:
        self._downloads: dict[tuple[str, str], Download] = {}
        self._by_sha256: dict[str, ModelFile] = {}
        self._by_name: dict[tuple[str, str], ModelFile] = {}

    def set_downloads(self, downloads: Iterable[Download]) -> None:
        """These are all that are not over."""
        self._downloads = {}
        for download in downloads:
            self.put_download(download)

    def put_download(self, download: Download) -> None:
        """One of them is new or has changed."""
        key = (download.model.repo_id, download.model.filename)
        if download.state.is_over:
            self._downloads.pop(key, None)
        else:
            self._downloads[key] = download

    def set_files(self, files: Iterable[ModelFile]) -> None:
        """These are all that are installed."""
        self._by_sha256, self._by_name = {}, {}
        for file in files:
            self.add_file(file)

    def add_file(self, file: ModelFile) -> None:
        """One more is installed."""
        if file.sha256 is not None:
            self._by_sha256[file.sha256] = file
        if file.repo_id is not None:
            self._by_name[file.repo_id, file.filename] = file

    def download_of(self, model: RemoteModel) -> Download | None:
        """Its download, unless that is over."""
        return self._downloads.get((model.repo_id, model.filename))

    def file_of(self, model: RemoteModel) -> ModelFile | None:
        """Its file on this disk. The same content counts, from whichever repo; another version of it does not."""
        sha256 = model.files[0].sha256
        if sha256 is not None and sha256 in self._by_sha256:
            return self._by_sha256[sha256]
        named = self._by_name.get((model.repo_id, model.filename.rpartition("/")[2]))
        is_other_version = named is not None and None not in (sha256, named.sha256) and named.sha256 != sha256
        return None if is_other_version else named
