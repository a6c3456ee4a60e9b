"""The only place with SQL."""

from probe.store.recording import Recorded
from probe.store.store import Store, open_store
from probe.store.whole import Whole

__all__ = ["Recorded", "Store", "Whole", "open_store"]
