"""A simulated CC&B: an Oracle listener over SQLite that holds CC&B's real tables and columns."""
