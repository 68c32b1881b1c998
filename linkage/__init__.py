"""Identity: which records are one person, which family records are one household, and the stable id of each.

This package works on the tables of one DuckDB connection; it knows nothing of the warehouse, Airflow or any source.
The tables that it reads and writes are named in `linkage.tables`.
"""
