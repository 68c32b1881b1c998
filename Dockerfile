# One image for every service of docker-compose.yml. Nothing secret and no data is copied in: folders are named one
# by one, so that .env and run/ can never slip into a layer.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --uid 1000 --create-home sinkron \
    && install -d -o sinkron -g sinkron -m 0700 \
        /var/lib/sinkron /var/lib/sinkron/masuk /var/lib/sinkron/keluar /var/lib/sinkron/airflow

WORKDIR /opt/sinkron
COPY requirements.txt ./
# pip 23 of the base image fails on a hashed lock whose packages ask for extras.
RUN python -m pip install "pip>=25.1" && python -m pip install --require-hashes -r requirements.txt

COPY pyproject.toml ./
COPY connectors connectors
COPY dags dags
COPY dbt_project dbt_project
COPY expectations expectations
COPY linkage linkage
COPY plugins plugins
COPY sandbox sandbox
# Editable: the program finds dags, seeds and contracts beside its own source.
RUN python -m pip install --no-deps -e .

USER sinkron
CMD ["python", "-m", "sinkron", "--help"]
