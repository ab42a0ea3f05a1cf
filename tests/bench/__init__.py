"""The bench: measures what the project promises about speed and size, on a PostgreSQL of its own (`make bench`).

It is a Django app as well, so that its 40-column account is made, granted and tracked as every mirrored model is.
"""
