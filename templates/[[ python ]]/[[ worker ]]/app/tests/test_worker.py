import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

from service import config as configuration
from service.handler import handle
from service.log import Log
from service.metrics import Metrics
from service.probes import Probes
from service.source import Backlog, Folder, Message
from service.worker import ATTEMPTS, Worker, pause_after


class Queue:
    """A queue in memory that notes what becomes of its messages."""

    def __init__(self, *messages: Message) -> None:
        self.messages = list(messages)
        self.ended: list[tuple[str, str, float]] = []
        self.broken = False

    def backlog(self) -> Backlog:
        if self.broken:
            raise ConnectionError("no queue")
        return Backlog(len(self.messages), 100.0 if self.messages else 0)

    def take(self) -> Message | None:
        return self.messages.pop(0) if self.messages else None

    def done(self, message: Message) -> None:
        self._ended("done", message, 0)

    def retry(self, message: Message, seconds: float) -> None:
        self._ended("retry", message, seconds)

    def set_aside(self, message: Message) -> None:
        self._ended("aside", message, 0)

    def send(self, body: str) -> str:
        raise NotImplementedError

    def _ended(self, how: str, message: Message, seconds: float) -> None:
        if message.id == "unfinished":
            raise ConnectionError("no queue")
        self.ended.append((how, message.id, seconds))


def fail(message: Message, log: Log) -> None:
    raise RuntimeError("broken")


class WorkerTest(unittest.TestCase):
    def setUp(self) -> None:
        self.out = io.StringIO()
        self.metrics = Metrics("python", "3.14.0", "abc", lambda: 160.0)

    def worker(self, queue: Queue, do: object = handle, now: object = time.monotonic) -> Worker:
        return Worker(queue, do, Log(self.out), self.metrics, 10, now)  # type: ignore[arg-type]

    def test_a_message_that_is_handled_is_done(self) -> None:
        queue = Queue(Message("a", "hello", 1))
        self.assertTrue(self.worker(queue).turn())
        self.assertEqual(queue.ended, [("done", "a", 0)])
        self.assertIn('"message":"message","id":"a","attempt":1,"result":"done"', self.out.getvalue())

    def test_nothing_there_is_no_turn(self) -> None:
        worker = self.worker(Queue())
        self.assertEqual((worker.turn(), worker.ready), (False, True))

    def test_a_message_that_fails_comes_again_after_longer_and_longer_pauses(self) -> None:
        queue = Queue(*(Message("a", "", attempt) for attempt in range(1, ATTEMPTS)))
        worker = self.worker(queue, fail)
        while worker.turn():
            pass
        self.assertEqual(queue.ended, [("retry", "a", pause) for pause in (5, 20, 80, 300)])
        self.assertEqual(pause_after(9), 300)

    def test_a_message_that_always_fails_is_put_aside(self) -> None:
        queue = Queue(Message("a", "", ATTEMPTS), Message("b", "", 1))
        worker = self.worker(queue, fail)
        worker.turn()
        worker.turn()
        self.assertEqual([how for how, _, _ in queue.ended], ["aside", "retry"])
        self.assertIn('"message":"put aside","id":"a","attempt":5,"cause":"RuntimeError', self.out.getvalue())

    def test_a_message_that_ended_its_pod_at_each_attempt_is_put_aside_and_not_handled_again(self) -> None:
        queue = Queue(Message("a", "", ATTEMPTS + 1))
        worker = self.worker(queue)
        worker.turn()
        self.assertEqual([how for how, _, _ in queue.ended], ["aside"])
        self.assertIn('"attempt":6,"cause":"no attempt came to an end"', self.out.getvalue())

    def test_a_queue_that_does_not_answer_makes_it_not_ready_and_does_not_end_it(self) -> None:
        queue = Queue(Message("a", "", 1))
        worker = self.worker(queue)
        queue.broken = True
        self.assertEqual((worker.turn(), worker.ready, len(queue.messages)), (False, False, 1))
        self.assertIn("queue_errors_total 1\n", self.metrics.text())
        queue.broken = False
        self.assertEqual((worker.turn(), worker.ready), (True, True))

    def test_a_result_that_the_queue_does_not_take_is_no_result(self) -> None:
        self.worker(Queue(Message("unfinished", "", 1))).turn()
        self.assertIn('messages_processed_total{result="done"} 0\n', self.metrics.text())

    def test_it_is_alive_while_the_loop_goes_round(self) -> None:
        clock = [0.0]
        worker = self.worker(Queue(), now=lambda: clock[0])
        clock[0] = 69.9
        self.assertTrue(worker.alive())
        clock[0] = 70.0
        self.assertFalse(worker.alive())
        worker.turn()
        self.assertTrue(worker.alive())

    def test_the_message_in_hand_is_finished_and_no_other_begun(self) -> None:
        stopping = threading.Event()
        queue = Queue(Message("a", "", 1), Message("b", "", 1))
        self.worker(queue, lambda message, log: stopping.set()).run(stopping)
        self.assertEqual((queue.ended, len(queue.messages)), ([("done", "a", 0)], 1))


class MetricsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.metrics = Metrics("python", "3.14.0", 'a"b\\c\nd', lambda: 160.0)

    def test_every_result_exists_before_the_first_message(self) -> None:
        text = self.metrics.text()
        for result in ("done", "failed", "aside"):
            self.assertIn(f'messages_processed_total{{result="{result}"}} 0\n', text)
            self.assertIn(f'message_duration_seconds_count{{result="{result}"}} 0\n', text)
        for series in ("messages_in_flight", "messages_waiting", "message_oldest_seconds", "queue_errors_total"):
            self.assertIn(f"\n{series} 0\n", text)

    def test_results_and_durations_are_counted(self) -> None:
        self.metrics.finished("failed", 0.5)
        self.metrics.finished("done", 0.6)
        text = self.metrics.text()
        self.assertIn('messages_processed_total{result="failed"} 1\n', text)
        self.assertIn('message_duration_seconds_bucket{result="done",le="0.5"} 0\n', text)
        self.assertIn('message_duration_seconds_bucket{result="failed",le="0.5"} 1\n', text)
        self.assertIn("message_last_success_timestamp_seconds 160.0\n", text)

    def test_the_age_of_the_oldest_grows_by_itself(self) -> None:
        self.metrics.backlog = Backlog(3, 100.0)
        self.assertIn("messages_waiting 3\n", self.metrics.text())
        self.assertIn("message_oldest_seconds 60.0\n", self.metrics.text())

    def test_a_label_cannot_break_its_line(self) -> None:
        self.assertIn('revision="a\\"b\\\\c\\nd"} 1\n', self.metrics.text())


class ProbesTest(unittest.TestCase):
    def setUp(self) -> None:
        log = Log(io.StringIO())
        settings = configuration.load({"PORT": "0", "ENVIRONMENT": "qa", "IMAGE_DIGEST": "sha256:1"})
        self.worker = Worker(Queue(), handle, log, Metrics("python", "1", "abc"), 10)
        self.probes = Probes(settings, self.worker, log)
        self.probes.start()
        self.addCleanup(self.probes.close)

    def ask(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.probes.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    def test_it_is_ready_when_the_queue_has_answered(self) -> None:
        self.assertEqual(self.ask("/readyz")[0], 503)
        self.worker.turn()
        self.assertEqual(self.ask("/readyz"), (200, '{"status":"ready"}\n'))

    def test_a_loop_that_stands_still_is_not_alive(self) -> None:
        self.assertEqual(self.ask("/healthz"), (200, '{"status":"alive"}\n'))
        self.worker._turned -= 1000
        self.assertEqual(self.ask("/healthz"), (503, '{"status":"stalled"}\n'))

    def test_it_says_what_runs_and_has_nothing_else(self) -> None:
        told = json.loads(self.ask("/info")[1])
        self.assertEqual((told["environment"], told["digest"], told["runtime"]["name"]), ("qa", "sha256:1", "python"))
        self.assertIn("messages_waiting 0\n", self.ask("/metrics")[1])
        self.assertEqual(self.ask("/")[0], 404)


class ProcessTest(unittest.TestCase):
    """The whole process, as the cluster runs it."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.queue = Folder(Path(folder.name), 30)
        self.environment = {**os.environ, "PORT": "0", "QUEUE_FOLDER": folder.name, "DRAIN_SECONDS": "5"}

    def start(self, prelude: str = "") -> subprocess.Popen[str]:
        program = f"{prelude}\nimport runpy\nrunpy.run_module('service', run_name='__main__')"
        process = subprocess.Popen(
            [sys.executable, "-c", program], env=self.environment, stdout=subprocess.PIPE, text=True
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def read_until(self, process: subprocess.Popen[str], text: str) -> str:
        assert process.stdout is not None
        for line in process.stdout:
            if text in line:
                return line
        raise AssertionError(f"{text} never came")

    def test_sigterm_lets_the_message_in_hand_finish_and_exits_0(self) -> None:
        self.queue.send("slow")
        slow = (
            "import time; from service import handler\n"
            "handler.handle = lambda message, log: (log.info('in hand'), time.sleep(1))"
        )
        process = self.start(slow)
        self.read_until(process, '"message":"in hand"')
        self.queue.send("next")
        process.send_signal(signal.SIGTERM)
        self.read_until(process, '"result":"done"')
        self.assertIn('"message":"stopped"', self.read_until(process, "stopped"))
        self.assertEqual((process.wait(10), self.queue.backlog().waiting), (0, 1))

    def test_what_is_not_finished_in_time_stays_in_the_queue(self) -> None:
        self.environment["DRAIN_SECONDS"] = "1"
        self.queue.send("endless")
        endless = (
            "import time; from service import handler\n"
            "handler.handle = lambda message, log: (log.info('in hand'), time.sleep(60))"
        )
        process = self.start(endless)
        self.read_until(process, '"message":"in hand"')
        process.send_signal(signal.SIGTERM)
        self.read_until(process, '"level":"warn","message":"stopped before the message was finished"')
        self.assertEqual((process.wait(10), self.queue.backlog().waiting), (0, 1))

    def test_a_message_is_sent_by_hand(self) -> None:
        sent = subprocess.run(
            [sys.executable, "-m", "service", "send", "hello", "you"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        message = self.queue.take()
        assert message is not None
        self.assertEqual((message.body, message.id), ("hello you", json.loads(sent.stdout)["id"]))

    def test_a_port_that_is_in_use_is_refused(self) -> None:
        with socket.create_server(("", 0)) as taken:
            self.environment["PORT"] = str(taken.getsockname()[1])
            process = self.start()
            self.assertIn("is in use", self.read_until(process, "cannot start"))
            self.assertEqual(process.wait(10), 1)
