"""The only place with SQL."""

from probe.store.recording import Recorded
from probe.store.store import Store, open_store

__all__ = ["Recorded", "Store", "open_store"]
