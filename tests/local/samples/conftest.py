"""The sample pictures, drawn once for all tests."""

import pytest

from local.samples import SampleSet, write


@pytest.fixture(scope="session")
def sample_set(tmp_path_factory: pytest.TempPathFactory) -> SampleSet:
    return write(tmp_path_factory.mktemp("samples"))
