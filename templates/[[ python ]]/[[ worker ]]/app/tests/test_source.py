import tempfile
import unittest
from pathlib import Path

from service.source import Backlog, Folder, Message, connect


class FolderTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "queue"
        self.now = 1000.0
        self.queue = self.opened()

    def opened(self) -> Folder:
        return Folder(self.root, 30, lambda: self.now)

    def take(self) -> Message:
        message = self.queue.take()
        assert message is not None
        return message

    def test_the_oldest_comes_first(self) -> None:
        self.queue.send("first")
        self.now += 1
        self.queue.send("second")
        self.assertEqual([self.take().body, self.take().body, self.queue.take()], ["first", "second", None])

    def test_only_one_worker_gets_a_message(self) -> None:
        self.queue.send("once")
        self.assertEqual(self.take().attempt, 1)
        self.assertIsNone(self.opened().take())

    def test_what_a_killed_worker_had_comes_again(self) -> None:
        key = self.queue.send("again")
        self.take()
        self.now += 30
        message = self.take()
        self.assertEqual((message.id, message.body, message.attempt), (key, "again", 2))

    def test_what_is_done_is_gone(self) -> None:
        self.queue.send("done")
        self.queue.done(self.take())
        self.now += 60
        self.assertIsNone(self.queue.take())
        self.assertEqual(self.queue.backlog(), Backlog(0, 0))

    def test_what_is_given_back_comes_when_its_pause_is_over(self) -> None:
        self.queue.send("later")
        self.queue.retry(self.take(), 5)
        self.now += 4
        self.assertIsNone(self.queue.take())
        self.now += 1
        self.assertEqual(self.take().attempt, 2)

    def test_what_is_put_aside_is_kept_and_never_taken(self) -> None:
        key = self.queue.send("poison")
        self.queue.set_aside(self.take())
        self.now += 60
        self.assertIsNone(self.queue.take())
        self.assertEqual((self.root / "aside" / key).read_text(encoding="utf-8"), "poison")

    def test_the_backlog_holds_what_waits_and_what_is_in_hand(self) -> None:
        self.queue.send("a")
        self.now += 10
        self.queue.send("b")
        self.take()
        self.assertEqual(self.queue.backlog(), Backlog(2, 1000.0))

    def test_a_file_that_is_no_message_is_left_alone(self) -> None:
        (self.root / "notes.txt").write_text("mine", encoding="utf-8")
        self.assertIsNone(self.queue.take())

    def test_the_folder_is_a_setting(self) -> None:
        connect({"QUEUE_FOLDER": str(self.root / "other")}, 10).send("there")
        self.assertEqual(len(list((self.root / "other").iterdir())), 2)
