package service;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

final class WorkerTest {
    private static final Handler BROKEN = (message, log) -> {
        throw new IllegalStateException("broken");
    };

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final AtomicLong clock = new AtomicLong();
    private final Queue queue = new Queue();

    private WorkerTest() {}

    /** A queue in memory that notes what becomes of its messages. */
    private static final class Queue implements Source {
        final Deque<Message> messages = new ArrayDeque<>();
        final List<String> ended = new ArrayList<>();
        boolean broken;

        Queue add(String id, int attempt) {
            messages.add(new Message(id, "", attempt, 100000, ""));
            return this;
        }

        @Override
        public Backlog backlog() throws IOException {
            if (broken) {
                throw new IOException("no queue");
            }
            return new Backlog(messages.size(), 100000);
        }

        @Override
        public Message take() {
            return messages.poll();
        }

        @Override
        public void done(Message message) throws IOException {
            end("done " + message.id);
        }

        @Override
        public void retry(Message message, long seconds) throws IOException {
            end("retry " + message.id + " " + seconds);
        }

        @Override
        public void setAside(Message message) throws IOException {
            end("aside " + message.id);
        }

        @Override
        public String send(String body) {
            throw new UnsupportedOperationException();
        }

        private void end(String how) throws IOException {
            if (how.endsWith("unfinished")) {
                throw new IOException("no queue");
            }
            ended.add(how);
        }
    }

    private static Metrics metrics() {
        return new Metrics("java", "21.0.1", "a\"b\\c\nd", () -> 160000);
    }

    private Worker worker(Handler handler) throws Exception {
        return new Worker(queue, handler, new Log(new PrintStream(out, true, "UTF-8")), metrics(), 10, clock::get);
    }

    static void aMessageThatIsHandledIsDone() throws Exception {
        WorkerTest test = new WorkerTest();
        test.queue.add("a", 1);
        Tests.equal(true, test.worker(Handler.ours()).turn());
        Tests.equal(Collections.singletonList("done a"), test.queue.ended);
        Tests.contains("\"message\":\"message\",\"id\":\"a\",\"attempt\":1,\"result\":\"done\"", test.out.toString("UTF-8"));
    }

    static void nothingThereIsNoTurn() throws Exception {
        Worker worker = new WorkerTest().worker(Handler.ours());
        Tests.equal(false, worker.turn());
        Tests.equal(true, worker.isReady());
    }

    static void aMessageThatFailsComesAgainAfterLongerAndLongerPauses() throws Exception {
        WorkerTest test = new WorkerTest();
        test.queue.add("a", 1).add("a", 2).add("a", 3).add("a", 4);
        Worker worker = test.worker(BROKEN);
        while (worker.turn()) {
            Tests.equal(true, worker.isReady());
        }
        Tests.equal(Arrays.asList("retry a 5", "retry a 20", "retry a 80", "retry a 300"), test.queue.ended);
        Tests.equal(300L, Worker.pauseAfter(9));
    }

    static void aMessageThatAlwaysFailsIsPutAside() throws Exception {
        WorkerTest test = new WorkerTest();
        test.queue.add("a", Worker.ATTEMPTS).add("b", 1).add("c", Worker.ATTEMPTS + 1);
        Worker worker = test.worker(BROKEN);
        worker.turn();
        worker.turn();
        worker.turn();
        Tests.equal(Arrays.asList("aside a", "retry b 5", "aside c"), test.queue.ended);
        Tests.contains("\"message\":\"put aside\",\"id\":\"a\",\"attempt\":5", test.out.toString("UTF-8"));
    }

    static void aQueueThatDoesNotAnswerMakesItNotReadyAndDoesNotEndIt() throws Exception {
        WorkerTest test = new WorkerTest();
        test.queue.add("a", 1);
        Worker worker = test.worker(Handler.ours());
        test.queue.broken = true;
        Tests.equal(false, worker.turn());
        Tests.equal(false, worker.isReady());
        Tests.contains("queue_errors_total 1.0\n", worker.metrics.text());
        test.queue.broken = false;
        Tests.equal(true, worker.turn());
        Tests.equal(true, worker.isReady());
    }

    static void aResultThatTheQueueDoesNotTakeIsNoResult() throws Exception {
        WorkerTest test = new WorkerTest();
        test.queue.add("unfinished", 1);
        Worker worker = test.worker(Handler.ours());
        worker.turn();
        Tests.contains("messages_processed_total{result=\"done\"} 0\n", worker.metrics.text());
    }

    static void itIsAliveWhileTheLoopGoesRound() throws Exception {
        WorkerTest test = new WorkerTest();
        Worker worker = test.worker(Handler.ours());
        test.clock.set(69900000000L);
        Tests.equal(true, worker.isAlive());
        test.clock.set(70000000000L);
        Tests.equal(false, worker.isAlive());
        worker.turn();
        Tests.equal(true, worker.isAlive());
    }

    static void theMessageInHandIsFinishedAndNoOtherBegun() throws Exception {
        WorkerTest test = new WorkerTest();
        test.queue.add("a", 1).add("b", 1);
        Worker[] worker = new Worker[1];
        worker[0] = test.worker((message, log) -> worker[0].stop());
        worker[0].run();
        Tests.equal(Collections.singletonList("done a"), test.queue.ended);
        Tests.equal(1, test.queue.messages.size());
    }

    static void everyResultExistsBeforeTheFirstMessage() {
        String text = metrics().text();
        for (String result : new String[] {"done", "failed", "aside"}) {
            Tests.contains("messages_processed_total{result=\"" + result + "\"} 0\n", text);
            Tests.contains("message_duration_seconds_count{result=\"" + result + "\"} 0\n", text);
        }
        for (String series : new String[] {
            "messages_in_flight", "messages_waiting", "message_oldest_seconds", "queue_errors_total"
        }) {
            Tests.contains("\n" + series + " 0.0\n", text);
        }
    }

    static void resultsAndDurationsAreCounted() {
        Metrics metrics = metrics();
        metrics.finished("failed", 0.5);
        metrics.finished("done", 0.6);
        metrics.backlog = new Source.Backlog(3, 100000);
        String text = metrics.text();
        Tests.contains("messages_processed_total{result=\"failed\"} 1\n", text);
        Tests.contains("message_duration_seconds_bucket{result=\"done\",le=\"0.5\"} 0\n", text);
        Tests.contains("message_duration_seconds_bucket{result=\"failed\",le=\"0.5\"} 1\n", text);
        Tests.contains("message_last_success_timestamp_seconds 160.0\n", text);
        Tests.contains("messages_waiting 3.0\n", text);
        Tests.contains("message_oldest_seconds 60.0\n", text);
        Tests.contains("revision=\"a\\\"b\\\\c\\nd\"} 1\n", text);
    }

    static void theProbesFollowTheWorkerAndThereIsNothingElse() throws Exception {
        WorkerTest test = new WorkerTest();
        Map<String, String> variables = new HashMap<>();
        variables.put("PORT", "0");
        variables.put("ENVIRONMENT", "qa");
        variables.put("IMAGE_DIGEST", "sha256:1");
        Worker worker = test.worker(Handler.ours());
        Probes probes = new Probes(Config.from(variables), worker);
        probes.start();
        try {
            Tests.equal("503 {\"status\":\"not ready\"}\n", ask(probes, "/readyz"));
            worker.turn();
            Tests.equal("200 {\"status\":\"ready\"}\n", ask(probes, "/readyz"));
            Tests.equal("200 {\"status\":\"alive\"}\n", ask(probes, "/healthz"));
            test.clock.set(1000000000000L);
            Tests.equal("503 {\"status\":\"stalled\"}\n", ask(probes, "/healthz"));
            Tests.contains("\"environment\":\"qa\",\"runtime\":{\"name\":\"java\"", ask(probes, "/info"));
            Tests.contains("\"digest\":\"sha256:1\"", ask(probes, "/info"));
            Tests.contains("messages_waiting 0.0\n", ask(probes, "/metrics"));
            Tests.contains("404 ", ask(probes, "/"));
        } finally {
            probes.close();
        }
    }

    private static String ask(Probes probes, String path) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create("http://127.0.0.1:" + probes.port() + path).toURL().openConnection();
        int status = connection.getResponseCode();
        try (InputStream body = status == 200 ? connection.getInputStream() : connection.getErrorStream()) {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            for (int next = body.read(); next >= 0; next = body.read()) {
                content.write(next);
            }
            return status + " " + content.toString("UTF-8");
        }
    }

    /** A process whose handler takes as many milliseconds as the message asks for. */
    public static final class Slow {
        private Slow() {}

        public static void main(String[] arguments) throws Exception {
            Main.start(arguments, System.getenv(), (message, log) -> {
                log.info("in hand");
                Thread.sleep(Long.parseLong(message.body));
            });
        }
    }

    private static ProcessBuilder program(String main, String folder, String... arguments) {
        List<String> command = new ArrayList<>(Arrays.asList(System.getProperty("java.home") + "/bin/java",
                "-cp", System.getProperty("java.class.path"), main));
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder program = new ProcessBuilder(command);
        program.environment().put("PORT", "0");
        program.environment().put("QUEUE_FOLDER", folder);
        return program;
    }

    /** Stops a worker that has a message in hand; returns the last line of its log. */
    private static String stopped(String milliseconds, String drainSeconds, int left) throws Exception {
        String folder = Files.createTempDirectory("queue").toString();
        Source queue = Source.connect(Collections.singletonMap("QUEUE_FOLDER", folder), 10);
        queue.send(milliseconds);
        ProcessBuilder program = program("service.WorkerTest$Slow", folder);
        program.environment().put("DRAIN_SECONDS", drainSeconds);
        Process process = program.start();
        String last = "";
        try (BufferedReader out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = line;
                if (line.contains("\"in hand\"")) {
                    queue.send("0");
                    process.destroy(); // SIGTERM
                }
            }
        } catch (IOException closed) {
            // Process.destroy closes the stream on some versions of Java.
            last = "";
        }
        Tests.equal(0, process.waitFor());
        Tests.equal(left, queue.backlog().waiting);
        return last;
    }

    static void sigtermLetsTheMessageInHandFinish() throws Exception {
        stopped("500", "5", 1);
    }

    static void whatIsNotFinishedInTimeStaysInTheQueue() throws Exception {
        stopped("60000", "1", 2);
    }

    static void aMessageIsSentByHand() throws Exception {
        String folder = Files.createTempDirectory("queue").toString();
        Tests.equal(0, program("service.Main", folder, "send", "hello", "you").start().waitFor());
        Source queue = Source.connect(Collections.singletonMap("QUEUE_FOLDER", folder), 10);
        Tests.equal("hello you", queue.take().body);
    }

    static void aPortThatIsInUseIsRefused() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            ProcessBuilder program = program("service.Main", Files.createTempDirectory("queue").toString());
            program.environment().put("PORT", Integer.toString(taken.getLocalPort()));
            Process process = program.start();
            try (BufferedReader out = new BufferedReader(
                    new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                Tests.contains("is in use: stop what listens there, or set PORT", out.readLine());
            }
            Tests.equal(1, process.waitFor());
        }
    }
}
