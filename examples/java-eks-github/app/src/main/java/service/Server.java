package service;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The HTTP server: probes, metrics, access log, and a stop that lets running requests finish. */
final class Server implements Connections.Listener {
    static final String OTHER = "other";
    private static final String READING = "GET, HEAD";

    /** So many requests are worked on at a time; the others wait for their turn, and the metrics count them. */
    private static final int THREADS = 64;
    /** How long a stopping service still takes connections: whoever keeps one learns with an answer that it ends. */
    private static final long LINGER_MILLIS = 1000;

    private final Map<String, Routes.Route> routes;
    /** Path to the methods that it takes. */
    private final Map<String, String> allowed = new HashMap<>();
    private final Metrics metrics;
    private final Log log;
    private final Connections connections;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS, THREADS, 60, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
    private volatile boolean ready;

    /** Takes the port, 0 for any free one; nothing is answered before {@link #start}. */
    Server(Config config, Map<String, Routes.Route> routes, Log log) throws IOException {
        this.routes = routes;
        for (String name : routes.keySet()) {
            String method = name.contains(" ") ? name.split(" ")[0] : READING;
            allowed.merge(name.substring(name.indexOf(' ') + 1), method, (before, more) -> before + ", " + more);
        }
        this.log = log;
        List<String> routeLabels = new ArrayList<>(routes.keySet());
        routeLabels.add(OTHER);
        metrics = new Metrics(routeLabels, "java", Routes.javaVersion(), config.revision);
        connections = new Connections(config.port, this);
        threads.allowCoreThreadTimeOut(true);
    }

    void start() {
        new Thread(connections, "connections").start();
    }

    /** From now on the service wants traffic. */
    void becomeReady() {
        ready = true;
    }

    int port() {
        return connections.port();
    }

    /** Turns not ready, closes the port a moment later, waits for what runs. Returns how many requests were cut off. */
    int drain(int seconds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        ready = false;
        connections.endConnections();
        Thread.sleep(Math.min(LINGER_MILLIS, seconds * 500L));
        connections.closePort();
        do {
            Thread.sleep(100);
        } while (connections.unfinished() > 0 && System.nanoTime() < deadline);
        connections.stop();
        return connections.unfinished();
    }

    @Override
    public void onRequest(Request request, Connections.Answer answer, long arrived) {
        switch (request.path()) {
            case "/healthz":
                answer.send(request.reads() ? Response.json(200, "status", "alive") : notAllowed(request));
                return;
            case "/readyz":
                Response readiness = ready
                        ? Response.json(200, "status", "ready")
                        : Response.json(503, "status", "not ready");
                answer.send(request.reads() ? readiness : notAllowed(request));
                return;
            case "/metrics":
                answer.send(request.reads() ? Response.metrics(metrics.text()) : notAllowed(request));
                return;
            default:
                metrics.queued.incrementAndGet();
                threads.execute(() -> {
                    Response response = Response.json(500, "error", "internal error");
                    try {
                        response = answer(request, arrived);
                    } finally {
                        answer.send(response);
                    }
                });
        }
    }

    /** An invalid request is counted and logged like any other. */
    @Override
    public Response onMalformed(int status, String reason) {
        metrics.count(OTHER, OTHER, status);
        log.warn("request refused", "status", status, "cause", reason);
        return Response.json(status, "error", Response.reason(status).toLowerCase(Locale.ROOT));
    }

    private Response answer(Request request, long arrived) {
        metrics.queued.decrementAndGet();
        metrics.inFlight.incrementAndGet();
        Object[] trace = Trace.fields(request.getRequestHeaders().getFirst("traceparent"));
        String path = request.path();
        Routes.Route route = routes.get(request.reads() ? path : request.getRequestMethod() + " " + path);
        Response response;
        if (!allowed.containsKey(path)) {
            response = Response.json(404, "error", "not found");
        } else if (route == null) {
            response = notAllowed(request);
        } else if (!request.reads() && request.refusal() != 0) {
            response = Response.json(request.refusal(), "error", Response.reason(request.refusal()).toLowerCase(Locale.ROOT));
        } else {
            response = tryAnswer(route, request, trace);
        }
        metrics.inFlight.decrementAndGet();
        // Counted before the answer leaves, so that whoever has the answer finds it in the metrics.
        double seconds = (System.nanoTime() - arrived) / 1e9;
        metrics.observe(request.getRequestMethod(), allowed.containsKey(path) ? path : OTHER, response.status, seconds);
        // The query is left out: it may carry personal data.
        log.info("request", Json.object("method", request.getRequestMethod(), "path", path, "status", response.status,
                "duration_ms", Math.round(seconds * 1e6) / 1e3), trace);
        return response;
    }

    private Response tryAnswer(Routes.Route route, Request request, Object[] trace) {
        try {
            return route.answer(request);
        } catch (Routes.Refused refused) {
            return Response.json(refused.status, "error", refused.getMessage());
        } catch (Exception | StackOverflowError failure) {
            log.error("request failed", failure, trace);
            return Response.json(500, "error", "internal error");
        }
    }

    private Response notAllowed(Request request) {
        request.getResponseHeaders().set("Allow", allowed.getOrDefault(request.path(), READING));
        return Response.json(405, "error", "method not allowed");
    }
}
