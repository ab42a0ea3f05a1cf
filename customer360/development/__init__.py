"""Runs Customer360 on a developer's machine: embedded services, the simulator, the portal's own processes.

Nothing here is imported by the portal. Django is reached only through `manage.py` as a child process, so that this
package works before a database exists.
"""
