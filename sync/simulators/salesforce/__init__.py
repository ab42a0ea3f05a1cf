"""A Salesforce org on one SQLite file, for development and tests.

`schema` says which objects and fields the org has; `store` keeps their rows; `soql` reads them, `records` writes them
under the `rules` of an org; `describe` and `access` tell a user what he may see; `control` is the way in which people
of the org change it while it runs.
"""
