"""The credentials of the sandbox, and the connections that carry them."""

import json
from pathlib import Path

CLIENT_ID, CLIENT_SECRET = "sinkron-uji", "rahasia-uji-dtjateng"
API_KEY = "kunci-uji-simnakis"
BRATASENA_KEY, DUKCAPIL_KEY = "kunci-uji-bratasena", "kunci-uji-dukcapil"


def connections(url: str, inbox: Path | str, outbox: Path | str) -> dict[str, str]:
    """The environment of contracts/sources.md, "Connections", for servers at `url` and for these two folders."""
    rest = {"conn_type": "http", "host": url}
    values = {
        "DTJATENG_API": {**rest, "login": CLIENT_ID, "password": CLIENT_SECRET},
        "SIMNAKIS_API": {**rest, "password": API_KEY},
        "BRATASENA_API": {**rest, "password": BRATASENA_KEY},
        "DUKCAPIL_API": {**rest, "password": DUKCAPIL_KEY},
        "DTSEN_INBOX": {"conn_type": "fs", "extra": {"path": str(inbox)}},
        "SIKS_NG_OUTBOX": {"conn_type": "fs", "extra": {"path": str(outbox)}},
    }
    return {f"AIRFLOW_CONN_{name}": json.dumps(value) for name, value in values.items()}
