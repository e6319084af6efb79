"""The small public catalogue of the API tests: every kind, one with rows, files and two releases."""

from tests.integration.api.conftest import catalogue, outside

__all__ = ["catalogue", "outside"]
