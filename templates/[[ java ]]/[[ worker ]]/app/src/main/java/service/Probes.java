package service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Answers to the kubelet and readers of metrics, and to no one else: probes, metrics, and the exact build. */
final class Probes {
    private static final String JSON = "application/json";

    private final Config config;
    private final Worker worker;
    private final HttpServer http;
    private final ExecutorService threads = Executors.newFixedThreadPool(4, task -> {
        Thread thread = new Thread(task, "probes");
        thread.setDaemon(true);
        return thread;
    });

    /** Takes the port, 0 for any free one; nothing is answered before {@link #start}. */
    Probes(Config config, Worker worker) throws IOException {
        this.config = config;
        this.worker = worker;
        http = HttpServer.create(new InetSocketAddress(config.port), 0);
        http.setExecutor(threads);
        http.createContext("/", this::answer);
    }

    int port() {
        return http.getAddress().getPort();
    }

    void start() {
        http.start();
    }

    void close() {
        http.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        switch (exchange.getRequestURI().getPath()) {
            case "/healthz":
                status(exchange, worker.isAlive(), "alive", "stalled");
                break;
            case "/readyz":
                status(exchange, worker.isReady(), "ready", "not ready");
                break;
            case "/metrics":
                send(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", worker.metrics.text());
                break;
            case "/info":
                json(exchange, 200, "service", config.serviceName, "environment", config.environment,
                        "runtime", Json.object("name", "java", "version", javaVersion()),
                        "revision", config.revision, "digest", config.imageDigest);
                break;
            default:
                json(exchange, 404, "error", "not found");
        }
    }

    private static void status(HttpExchange exchange, boolean good, String word, String otherwise) throws IOException {
        json(exchange, good ? 200 : 503, "status", good ? word : otherwise);
    }

    private static void json(HttpExchange exchange, int status, Object... keysAndValues) throws IOException {
        send(exchange, status, JSON, Json.write(Json.object(keysAndValues)) + "\n");
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        boolean empty = exchange.getRequestMethod().equals("HEAD");
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, empty ? -1 : content.length);
        if (!empty) {
            exchange.getResponseBody().write(content);
        }
        exchange.close();
    }

    /** Java 8 calls itself 1.8.0_502. Without the "1." every version starts with the number in .java-version. */
    static String javaVersion() {
        return System.getProperty("java.version").replaceFirst("^1\\.", "");
    }
}
