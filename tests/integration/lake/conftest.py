from pathlib import Path

import pytest
from tests.integration.lake.growing import Desk


@pytest.fixture
def desk(data_folder: Path, tmp_path: Path) -> Desk:
    return Desk(tmp_path)
