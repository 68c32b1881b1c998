"""An answer of a server that is an error."""


class Problem(Exception):
    """Status, error code and text of an answer `{"galat", "pesan"}`, and headers beside it."""

    def __init__(self, status: int, code: str, text: str, headers: dict[str, str] | None = None):
        super().__init__(text)
        self.status, self.code, self.headers = status, code, headers or {}
