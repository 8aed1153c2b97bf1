"""Asks the service on FastAPI: a test of the service that brings its framework."""

import unittest

from fastapi.testclient import TestClient
from service.__main__ import app


class ServiceTest(unittest.TestCase):
    def test_the_framework_answers(self) -> None:
        answer = TestClient(app).post("/", json={"name": "Ada"})
        assert answer.json() == {"message": "Hello Ada from service"}
        assert TestClient(app).post("/", content="{").status_code == 400
        assert TestClient(app).delete("/").headers["allow"] == "GET"
