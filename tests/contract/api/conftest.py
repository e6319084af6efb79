from tests.integration.api.conftest import catalogue, fresh_buckets, outside

__all__ = ["catalogue", "fresh_buckets", "outside"]
