"""The HTTP service."""

from fastapi import APIRouter, FastAPI

app = FastAPI(title="parcels")
parcels = APIRouter(prefix="/parcels")


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@parcels.get("/{number}")
def parcel(number: str) -> dict[str, str]:
    return {"number": number, "token": "public"}


app.include_router(parcels)
