import json
import platform
import unittest

from service import config
from service.routes import RefusedError, routes

CONFIG = config.load({"SERVICE_NAME": "orders", "ENVIRONMENT": "qa", "REVISION": "abc", "IMAGE_DIGEST": "sha256:def"})


class RoutesTest(unittest.TestCase):
    def test_the_greeting_names_the_service(self) -> None:
        self.assertEqual(json.loads(routes(CONFIG)["/"]().body), {"message": "Hello from orders"})

    def test_a_greeting_by_name_needs_a_name(self) -> None:
        greet = routes(CONFIG)["POST /"]
        self.assertEqual(json.loads(greet(b'{"name":"Ada"}').body), {"message": "Hello Ada from orders"})
        for body in (b"", b"{", b"[]", b"{}", b'{"name":1}', b'{"name":""}', b"\xff", b"[" * 100000):
            with self.subTest(body[:9]), self.assertRaises(RefusedError) as refused:
                greet(body)
            self.assertEqual(refused.exception.status, 400)

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
