import json
import platform
import unittest

from service import config
from service.routes import routes

CONFIG = config.load({"SERVICE_NAME": "orders", "ENVIRONMENT": "qa", "REVISION": "abc", "IMAGE_DIGEST": "sha256:def"})


class RoutesTest(unittest.TestCase):
    def test_the_greeting_names_the_service(self) -> None:
        self.assertEqual(json.loads(routes(CONFIG)["/"]().body), {"message": "Hello from orders"})

    def test_info_says_exactly_what_runs(self) -> None:
        self.assertEqual(
            json.loads(routes(CONFIG)["/info"]().body),
            {
                "service": "orders",
                "environment": "qa",
                "runtime": {"name": "python", "version": platform.python_version()},
                "revision": "abc",
                "digest": "sha256:def",
            },
        )
