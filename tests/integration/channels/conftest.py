from __future__ import annotations

from tests.integration.both_loops import nothing_is_left_behind, pytest_asyncio_loop_factories

__all__ = ["nothing_is_left_behind", "pytest_asyncio_loop_factories"]
