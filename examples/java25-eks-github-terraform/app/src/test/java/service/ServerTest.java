package service;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** Talks to a running server over a real socket. */
final class ServerTest {
    private ServerTest() {}

    static void everyPathAnswersWithItsType() throws Exception {
        try (Fixture server = new Fixture()) {
            Tests.contains("{\"message\":\"Hello from service\"}", server.get("/"));
            Tests.contains("{\"status\":\"alive\"}", server.get("/healthz"));
            Tests.contains("content-type: application/json\r\n", server.get("/info").toLowerCase(Locale.ROOT));
            Tests.contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n",
                    server.get("/metrics").toLowerCase(Locale.ROOT));
        }
    }

    static void readyOnlyAfterTheStart() throws Exception {
        try (Fixture server = new Fixture()) {
            Tests.contains("HTTP/1.1 503", server.get("/readyz"));
            server.server.becomeReady();
            Tests.contains("HTTP/1.1 200", server.get("/readyz"));
        }
    }

    static void unknownPathsShareOneSeries() throws Exception {
        try (Fixture server = new Fixture()) {
            Tests.contains("HTTP/1.1 404", server.get("/nothing-here"));
            Tests.contains("HTTP/1.1 404", server.get("/info/"));
            String metrics = server.get("/metrics");
            Tests.contains("http_requests_total{method=\"GET\",route=\"other\",code=\"404\"} 2\n", metrics);
            Tests.lacks("nothing-here", metrics);
        }
    }

    static void probesAndScrapesAreNotCounted() throws Exception {
        try (Fixture server = new Fixture()) {
            server.get("/");
            server.get("/healthz");
            server.get("/readyz");
            server.get("/metrics");
            String metrics = server.get("/metrics");
            Tests.contains("http_requests_total{method=\"GET\",route=\"/\",code=\"200\"} 1\n", metrics);
            Tests.lacks("route=\"/healthz\"", metrics);
            Tests.lacks("route=\"/metrics\"", metrics);
            Tests.lacks("code=\"503\"", metrics);
        }
    }

    static void aFailingHandlerIsStatus500AndCounted() throws Exception {
        Routes.Route failing = request -> {
            throw new IllegalStateException("broken");
        };
        try (Fixture server = new Fixture(Collections.singletonMap("/", failing))) {
            String answer = server.get("/");
            Tests.contains("HTTP/1.1 500", answer);
            Tests.lacks("broken", answer);
            Tests.contains("http_requests_total{method=\"GET\",route=\"/\",code=\"500\"} 1\n", server.get("/metrics"));
            Tests.contains("java.lang.IllegalStateException: broken", server.log());
        }
    }

    static void whatIsNoRequestIsAnsweredCountedAndLogged() throws Exception {
        try (Fixture server = new Fixture()) {
            String[] requests = {
                "\u0016\u0003\u0001\r\n\r\n", "GET /info HTTP/1.1\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: test\r\n\r\n"
            };
            for (String request : requests) {
                String answer = server.send(request);
                Tests.contains("HTTP/1.1 400", answer);
                Tests.contains("{\"error\":\"bad request\"}\n", answer);
            }
            Tests.contains("http_requests_total{method=\"other\",route=\"other\",code=\"400\"} 3\n", server.get("/metrics"));
            Tests.contains("\"message\":\"request refused\",\"status\":400", server.log());
        }
    }

    static void aPathMayBeWrittenInSeveralWays() throws Exception {
        try (Fixture server = new Fixture()) {
            for (String target : new String[] {"/info", "/%69nfo", "http://test/info?q=%zz"}) {
                Tests.contains("HTTP/1.1 200", server.get(target));
            }
            Tests.contains("HTTP/1.1 404", server.get("//info"));
        }
    }

    static void halfARequestAndABodyArriveInPieces() throws Exception {
        try (Fixture server = new Fixture(); Socket socket = server.connect()) {
            send(socket, "POST /info HTTP/1.1\r\nHost: te");
            Thread.sleep(50);
            send(socket, "st\r\nContent-Length: 4\r\n\r\n{}");
            Thread.sleep(50);
            send(socket, "{}GET /info HTTP/1.1\r\nHost: test\r\n\r\n");
            Tests.contains("HTTP/1.1 405", read(socket));
            Tests.contains("HTTP/1.1 200", read(socket));
        }
    }

    static void onlyReadingIsAllowed() throws Exception {
        try (Fixture server = new Fixture()) {
            String answer = server.send("POST /info HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
            Tests.contains("HTTP/1.1 405", answer);
            Tests.contains("GET, HEAD", answer);
            String head = server.send("HEAD / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
            Tests.contains("HTTP/1.1 200", head);
            Tests.equal("", head.substring(head.indexOf("\r\n\r\n") + 4));
        }
    }

    static void aBodyIsReadUpToItsLimit() throws Exception {
        try (Fixture server = new Fixture()) {
            String head = "POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n";
            Tests.contains("{\"message\":\"Hello Ada from service\"}",
                    server.send(head + "Content-Length: 14\r\n\r\n{\"name\":\"Ada\"}"));
            Tests.contains("HTTP/1.1 400", server.send(head + "Content-Length: 1\r\n\r\n{"));
            Tests.contains("HTTP/1.1 413", server.send(head + "Content-Length: 65537\r\n\r\n{"));
            Tests.contains("HTTP/1.1 411", server.send(head + "Transfer-Encoding: chunked\r\n\r\n"));
            Tests.contains("Allow: GET, HEAD, POST\r\n",
                    server.send("PUT / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"));
            String metrics = server.get("/metrics");
            for (int code : new int[] {200, 400, 411, 413}) {
                Tests.contains("http_requests_total{method=\"POST\",route=\"/\",code=\"" + code + "\"} 1\n", metrics);
            }
        }
    }

    static void theAccessLogLeavesTheQueryOut() throws Exception {
        try (Fixture server = new Fixture()) {
            server.get("/info?token=secret");
            server.get("/healthz");
            Tests.contains("\"message\":\"request\",\"method\":\"GET\",\"path\":\"/info\",\"status\":200", server.log());
            Tests.lacks("secret", server.log());
            Tests.lacks("healthz", server.log());
        }
    }

    static void theHealthCheckFollowsTheServer() throws Exception {
        Fixture server = new Fixture();
        String url = "http://127.0.0.1:" + server.server.port();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(errors, true, "UTF-8");
        Tests.equal(true, HealthCheck.answers(url + "/healthz", out));
        Tests.equal(false, HealthCheck.answers(url + "/readyz", out));
        Tests.equal("", errors.toString("UTF-8"));
        server.close();
        Tests.equal(false, HealthCheck.answers(url + "/healthz", out));
        Tests.contains("/healthz: java.net.ConnectException", errors.toString("UTF-8"));
    }

    static void stoppingFinishesWhatRunsAndAcceptsNothingNew() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        Routes.Route slow = request -> {
            entered.countDown();
            finish.await(10, TimeUnit.SECONDS);
            return Response.json(200, "finished", true);
        };
        Fixture server = new Fixture(Collections.singletonMap("/", slow));
        server.server.becomeReady();
        FutureTask<String> request = inBackground(() -> server.get("/"));
        entered.await();
        FutureTask<Integer> stop = inBackground(() -> server.server.drain(10));
        Tests.equal(true, refusesConnections(server.server.port()));
        finish.countDown();
        Tests.contains("{\"finished\":true}", request.get(5, TimeUnit.SECONDS));
        Tests.equal(0, stop.get(5, TimeUnit.SECONDS));
    }

    static void stoppingGivesUpAtTheDeadline() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Routes.Route stuck = request -> {
            entered.countDown();
            Thread.sleep(60_000);
            return Response.json(200);
        };
        Fixture server = new Fixture(Collections.singletonMap("/", stuck));
        inBackground(() -> server.get("/"));
        entered.await();
        long started = System.nanoTime();
        Tests.equal(1, server.server.drain(1));
        Tests.equal(true, System.nanoTime() - started < TimeUnit.SECONDS.toNanos(3));
    }

    static void aRequestSentWhileStoppingFindsTheServiceNotReady() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        Routes.Route slow = request -> {
            entered.countDown();
            finish.await(10, TimeUnit.SECONDS);
            return Response.json(200);
        };
        Fixture server = new Fixture(Collections.singletonMap("/", slow));
        server.server.becomeReady();
        String readiness = "GET /readyz HTTP/1.1\r\nHost: test\r\n\r\n";
        try (Socket open = server.connect()) {
            send(open, readiness);
            Tests.contains("HTTP/1.1 200", read(open));
            inBackground(() -> server.get("/"));
            entered.await();
            FutureTask<Integer> stop = inBackground(() -> server.server.drain(10));
            Tests.equal(true, refusesConnections(server.server.port()));
            send(open, readiness);
            Tests.contains("HTTP/1.1 503", read(open));
            finish.countDown();
            Tests.equal(0, stop.get(5, TimeUnit.SECONDS));
        }
    }

    private static <T> FutureTask<T> inBackground(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    /** Waits up to five seconds for the port to close. */
    private static boolean refusesConnections(int port) throws Exception {
        for (int attempt = 0; attempt < 100; attempt++) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
            } catch (ConnectException refused) {
                return true;
            } catch (IOException closing) {
                // A connection caught between accepting and closing: look again.
            }
            Thread.sleep(50);
        }
        return false;
    }

    private static void send(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    /** One answer with a JSON body from a connection that stays open. */
    private static String read(Socket socket) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        for (int next = socket.getInputStream().read(); next >= 0; next = socket.getInputStream().read()) {
            answer.write(next);
            if (next == '}') {
                break;
            }
        }
        return answer.toString("UTF-8");
    }

    /** A server on a free port, and what it wrote to its log. */
    private static final class Fixture implements AutoCloseable {
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private final Server server;

        Fixture() throws IOException {
            this(Routes.of(config()));
        }

        Fixture(Map<String, Routes.Route> routes) throws IOException {
            server = new Server(config(), routes, new Log(new PrintStream(written, true, "UTF-8")));
            server.start();
        }

        private static Config config() {
            return Config.from(Collections.singletonMap("PORT", "0"));
        }

        String get(String path) throws IOException {
            return send("GET " + path + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        }

        /** The whole answer, headers included. */
        String send(String request) throws IOException {
            try (Socket socket = connect()) {
                ServerTest.send(socket, request);
                ByteArrayOutputStream answer = new ByteArrayOutputStream();
                byte[] buffer = new byte[4096];
                InputStream in = socket.getInputStream();
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    answer.write(buffer, 0, read);
                }
                return answer.toString("UTF-8");
            }
        }

        Socket connect() throws IOException {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
            socket.setSoTimeout(10_000);
            return socket;
        }

        String log() throws IOException {
            return written.toString("UTF-8");
        }

        @Override
        public void close() {
            try {
                server.drain(0);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
