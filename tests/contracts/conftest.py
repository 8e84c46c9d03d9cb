"""The contracts tell what differed, as test modules do."""

import pytest

pytest.register_assert_rewrite("tests.contracts.fleet", "tests.contracts.store")
