"""The last step of a download: its files move into the library, and what they are is kept with where they came from.

The app may end between any two of these steps. Where the files go is on disk before the first one goes, so the next
start finds those that have gone and goes on with the others.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from chatdesk.models.installing import UnfinishedFiles, free_targets, is_there
from chatdesk.store.downloads import Provenance

if TYPE_CHECKING:
    from chatdesk.core.hub_models import RemoteFile, RemoteModel
    from chatdesk.core.model_files import ModelFile
    from chatdesk.store.downloads import DownloadStore, ProvenanceStore


class ModelInstaller:
    """Puts verified and tried models into the library folder."""

    def __init__(self, downloads: DownloadStore, provenance: ProvenanceStore, models_folder: Path) -> None:
        self._downloads = downloads
        self._provenance = provenance
        self._models_folder = models_folder

    def files_of(self, download_id: str, model: RemoteModel) -> UnfinishedFiles:
        """The files of a download that is kept, wherever an earlier run left them."""
        targets = tuple(map(Path, self._downloads.targets(download_id)))
        return UnfinishedFiles(self._models_folder, download_id, model, targets)

    def is_installed(self, model: RemoteModel) -> bool:
        """Whether these very files were installed and are still there."""
        return all(self._is_file_installed(model.repo_id, file) for file in model.files)

    def install(self, files: UnfinishedFiles) -> ModelFile:
        """Move the files into the library; their download is over then.

        Raises:
            UserFacingError: the database did not take it, or a name is not safe.
            OSError: a file could not be moved.
        """
        model = files.model
        if not files.have_begun_to_move:
            files = replace(files, targets=free_targets(self._models_folder, model))
            self._downloads.set_targets(files.download_id, [str(target) for target in files.targets])
        installed = files.install()
        self._downloads.finish(
            files.download_id,
            [
                Provenance(str(path), model.repo_id, model.revision, file.filename, file.size_bytes, file.sha256)
                for file, path in zip(model.files, files.targets, strict=True)
            ],
        )
        return installed

    def _is_file_installed(self, repo_id: str, file: RemoteFile) -> bool:
        if file.sha256 is None:
            return False
        known = self._provenance.of_file(repo_id, file.filename, file.sha256)
        return any(is_there(Path(each.path), each.size_bytes) for each in known)
