"""SQL databases as the storage of a pmp-core register."""

from pmp_storage_sql.opening import open_storage
from pmp_storage_sql.storage import SqlStorage

__all__ = ["SqlStorage", "open_storage"]
