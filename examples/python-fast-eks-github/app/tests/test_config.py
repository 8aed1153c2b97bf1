import unittest

from service import config


class ConfigTest(unittest.TestCase):
    def test_nothing_set_means_the_defaults(self) -> None:
        self.assertEqual(config.load({}), config.Config(8080, "service", "local", "unknown", "unknown", 10))

    def test_the_environment_wins(self) -> None:
        loaded = config.load({"PORT": "9000", "ENVIRONMENT": "qa", "IMAGE_DIGEST": "sha256:abc"})
        self.assertEqual((loaded.port, loaded.environment, loaded.image_digest), (9000, "qa", "sha256:abc"))

    def test_an_empty_variable_is_as_good_as_none(self) -> None:
        self.assertEqual(config.load({"ENVIRONMENT": "", "PORT": ""}), config.load({}))

    def test_an_unusable_number_is_named(self) -> None:
        for value in ("http", "-1", "65536", "80.5", "8_0"):
            with self.subTest(value), self.assertRaises(ValueError) as refused:
                config.load({"PORT": value})
            self.assertEqual(str(refused.exception), f'PORT must be a whole number from 0 to 65535, not "{value}"')
