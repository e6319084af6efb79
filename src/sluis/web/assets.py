"""Static files under hashed names, so that a browser may keep them for a year."""

from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Without a manifest (tests, a fresh checkout) the plain names serve; with one, a missing file stops the start."""

    support_js_module_import_aggregation = True

    def url(self, name: str, force: bool = False) -> str:
        if not self.hashed_files:
            return str(StaticFilesStorage.url(self, name))
        return str(super().url(name, force))
