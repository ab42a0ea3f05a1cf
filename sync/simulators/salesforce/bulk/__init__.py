"""Bulk API 2.0: jobs that write many rows from a CSV file, or read many into one, worked off beside the requests."""
