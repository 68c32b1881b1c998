"""Sinkron's Airflow-side package: the line of steps, the ledger, decisions and publication.

The libraries (`connectors`, `linkage`, `expectations`) are imported inside functions, or at the top of modules that
only a running step imports (`steps`, `export`), so that parsing a DAG file stays cheap.
"""
