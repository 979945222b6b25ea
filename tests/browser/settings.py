"""The real settings, but for where files go: a browser test must not write into the demo's pictures."""

import os
from pathlib import Path

from config.settings import *  # noqa: F403

STATIC_ROOT = Path(os.environ["BROWSER_TEST_FOLDER"]) / "static"
MEDIA_ROOT = Path(os.environ["BROWSER_TEST_FOLDER"]) / "media"
