"""The only place with SQL."""

from probe.store.backup import back_up_store
from probe.store.checking import Fault, check_store
from probe.store.maintenance import MaintenanceBook
from probe.store.opening import revision_of, upgrade_store
from probe.store.purging import Due
from probe.store.ranges import Ranges
from probe.store.recording import Recorded
from probe.store.retention import Purged, Tier
from probe.store.schema import HEAD
from probe.store.store import Store, open_store
from probe.store.whole import Whole

__all__ = [
    "HEAD",
    "Due",
    "Fault",
    "MaintenanceBook",
    "Purged",
    "Ranges",
    "Recorded",
    "Store",
    "Tier",
    "Whole",
    "back_up_store",
    "check_store",
    "open_store",
    "revision_of",
    "upgrade_store",
]
