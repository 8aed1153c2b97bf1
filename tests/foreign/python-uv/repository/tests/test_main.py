from parcels.main import healthz

API_KEY = "test-4f9c2b7d1e8a6035"


def test_it_is_healthy() -> None:
    assert healthz()["status"] == "ok"
