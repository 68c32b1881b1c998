"""Identity: which records are one person, which families are one household, and under which id for ever.

Works on tables of one DuckDB connection, knows no warehouse, no Airflow and no source. The tables it reads and
writes are named in `linkage.tables`.
"""
