"""Gates on the monthly product: what is measured, what is allowed, and the verdict.

A library: it knows neither Airflow nor the pipeline. Great Expectations is imported inside `checkpoint` only,
because its import takes 5 to 12 s.
"""
