"""Salesforce, read over HTTPS by its REST and Bulk APIs as a user with read access."""

from sync.systems.salesforce.reader import SalesforceReader, reader

__all__ = ["SalesforceReader", "reader"]
