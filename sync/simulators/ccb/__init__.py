"""A stand-in for Oracle CC&B on the wire: an Oracle listener over SQLite, for development and tests.

`server` listens; `session` speaks with one client in `messages` over `wire`; `sql` translates what it asks; `store`
holds CC&B's tables as `catalogue` lists them; `control` and `faults` are the only way to change data and to make it
fail; `generator` fills it.
"""
