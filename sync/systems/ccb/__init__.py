"""CC&B, read over python-oracledb in thin mode: a read-only account, one point in time, Arrow batches."""

from sync.systems.ccb.reader import CcbReader, reader

__all__ = ["CcbReader", "reader"]
