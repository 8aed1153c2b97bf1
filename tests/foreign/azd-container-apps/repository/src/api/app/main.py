import os

from fastapi import FastAPI

app = FastAPI()
KEY_VAULT = os.environ.get("AZURE_KEY_VAULT_ENDPOINT", "")


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/notes")
def notes() -> list[str]:
    return []
