"""Sinkron's Airflow-side package: the line of steps, the ledger, decisions and publication.

The libraries (`connectors`, `linkage`, `expectations`) are imported inside functions only, so that parsing a
DAG file stays cheap.
"""
