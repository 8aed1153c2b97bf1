"""The repositories' own tests are data here, not tests of this project."""

collect_ignore_glob = ["*/repository/*"]
