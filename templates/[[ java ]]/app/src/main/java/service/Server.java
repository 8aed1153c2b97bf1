package service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The HTTP server: probes, metrics, access log, and a stop that lets running requests finish. */
final class Server {
    static final String OTHER = "other";

    private static final int THREADS = 64;
    private static final int BACKLOG = 1024;

    static {
        // The JDK's server waits for slow callers for ever unless told otherwise. Times are in seconds; the idle one is
        // longer than a load balancer's (60), which must be the side that closes. A value given with -D wins.
        limit("sun.net.httpserver.maxReqTime", "30");
        limit("sun.net.httpserver.maxRspTime", "60");
        limit("sun.net.httpserver.idleInterval", "75");
        limit("sun.net.httpserver.maxIdleConnections", "1024");
        limit("sun.net.httpserver.maxReqHeaders", "100");
        limit("sun.net.httpserver.maxReqHeaderSize", "32768");
        limit("sun.net.httpserver.nodelay", "true");
        limit("jdk.httpserver.maxConnections", "4096");
    }

    private final Map<String, Routes.Route> routes;
    private final Metrics metrics;
    private final Log log;
    private final HttpServer http;
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean ready;

    /** Takes the port, 0 for any free one; nothing is answered before {@link #start}. */
    Server(Config config, Map<String, Routes.Route> routes, Log log) throws IOException {
        this.routes = routes;
        this.log = log;
        List<String> routeLabels = new ArrayList<>(routes.keySet());
        routeLabels.add(OTHER);
        metrics = new Metrics(routeLabels, "java", Routes.javaVersion(), config.revision);
        http = HttpServer.create(new InetSocketAddress(config.port), BACKLOG);
        http.createContext("/", this::handle);
        // The default executor runs every request on one thread: a single slow caller would stop the probes.
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS, THREADS, 60, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        threads.allowCoreThreadTimeOut(true);
        http.setExecutor(request -> {
            running.incrementAndGet();
            threads.execute(() -> {
                try {
                    request.run();
                } finally {
                    running.decrementAndGet();
                }
            });
        });
    }

    void start() {
        http.start();
    }

    /** From now on the service wants traffic. */
    void becomeReady() {
        ready = true;
    }

    int port() {
        return http.getAddress().getPort();
    }

    /** Turns not ready, accepts no more connections, waits for what runs. Returns how many requests were cut off. */
    int drain(int seconds) throws InterruptedException {
        ready = false;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        // stop() closes the port at once, then may sleep for the whole time even when nothing runs (JDK-8304065).
        Thread stopping = new Thread(() -> http.stop(seconds), "stop");
        stopping.setDaemon(true);
        stopping.start();
        do {
            Thread.sleep(100);
        } while (running.get() > 0 && System.nanoTime() < deadline);
        return running.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        long started = System.nanoTime();
        String path = exchange.getRequestURI().getPath();
        switch (path == null ? "" : path) {
            case "/healthz":
                send(exchange, Response.json(200, "status", "alive"));
                return;
            case "/readyz":
                send(exchange, ready
                        ? Response.json(200, "status", "ready")
                        : Response.json(503, "status", "not ready"));
                return;
            case "/metrics":
                send(exchange, Response.metrics(metrics.text()));
                return;
            default:
                answer(exchange, path, started);
        }
    }

    private void answer(HttpExchange exchange, String path, long started) throws IOException {
        String method = exchange.getRequestMethod();
        Routes.Route route = path == null ? null : routes.get(path);
        Response response;
        if (route == null) {
            response = Response.json(404, "error", "not found");
        } else if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            response = Response.json(405, "error", "method not allowed");
        } else {
            response = tryAnswer(route, exchange);
        }
        // Counted before the answer leaves, so that whoever has the answer finds it in the metrics.
        double seconds = (System.nanoTime() - started) / 1e9;
        metrics.observe(method, route == null ? OTHER : path, response.status, seconds);
        // The query is left out: it may carry personal data.
        log.info("request", "method", method, "path", String.valueOf(path), "status", response.status,
                "duration_ms", Math.round(seconds * 1e6) / 1e3);
        send(exchange, response);
    }

    private Response tryAnswer(Routes.Route route, HttpExchange exchange) {
        try {
            return route.answer(exchange);
        } catch (Exception | StackOverflowError failure) {
            log.error("request failed", failure);
            return Response.json(500, "error", "internal error");
        }
    }

    private static void send(HttpExchange exchange, Response response) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", response.contentType);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(response.body.length));
            exchange.sendResponseHeaders(response.status, -1);
        } else {
            exchange.sendResponseHeaders(response.status, response.body.length);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(response.body);
            }
        }
        exchange.close();
    }

    private static void limit(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
