package service;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Takes one message after the other, until it is told to stop. No message is lost, and none blocks the others for ever. */
final class Worker {
    /** So often a message is tried; then it is put aside, because it would fail for ever. */
    static final int ATTEMPTS = 5;
    /** Between two looks at a queue that had nothing. */
    private static final long IDLE_SECONDS = 1;
    /** The longest pause before a message, or a queue that cannot be reached, is tried again. */
    private static final long LONGEST_PAUSE_SECONDS = 300;
    private static final long LONGEST_QUEUE_PAUSE_SECONDS = 30;

    final Metrics metrics;
    private final Source source;
    private final Handler handler;
    private final Log log;
    private final int longest;
    private final LongSupplier nanos;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile long turned;
    private volatile boolean ready;
    private int unreachable;

    /** {@code longest} is how many seconds one message may take. */
    Worker(Source source, Handler handler, Log log, Metrics metrics, int longest, LongSupplier nanos) {
        this.source = source;
        this.handler = handler;
        this.log = log;
        this.metrics = metrics;
        this.longest = longest;
        this.nanos = nanos;
        turned = nanos.getAsLong();
    }

    /** Returns the seconds until a message is tried again: 5, 20, 80, 300. */
    static long pauseAfter(int attempt) {
        return (long) Math.min(LONGEST_PAUSE_SECONDS, 5 * Math.pow(4, attempt - 1));
    }

    /** Whether the loop goes round: a message that takes far too long is one that hangs. */
    boolean isAlive() {
        return nanos.getAsLong() - turned < TimeUnit.SECONDS.toNanos(longest + 2 * LONGEST_QUEUE_PAUSE_SECONDS);
    }

    boolean isReady() {
        return ready;
    }

    /** Lets {@link #run} end when the message in hand is finished. */
    void stop() {
        stopping.countDown();
    }

    /** Goes round until it is stopped. */
    void run() throws InterruptedException {
        while (stopping.getCount() > 0) {
            if (!turn()) {
                long pause = Math.min(LONGEST_QUEUE_PAUSE_SECONDS, IDLE_SECONDS << Math.min(unreachable, 10));
                stopping.await(pause, TimeUnit.SECONDS);
            }
        }
        ready = false;
    }

    /** Takes a message and finishes it; returns whether there was one. */
    boolean turn() {
        turned = nanos.getAsLong();
        Message message;
        try {
            metrics.backlog = source.backlog();
            message = source.take();
        } catch (Exception failure) {
            // Whatever a queue throws, the worker tries it again.
            lost("the queue cannot be read", failure);
            return false;
        }
        unreachable = 0;
        ready = true;
        if (message == null) {
            return false;
        }
        metrics.inFlight.incrementAndGet();
        try {
            finish(message);
        } finally {
            metrics.inFlight.decrementAndGet();
        }
        return true;
    }

    private void finish(Message message) {
        long started = nanos.getAsLong();
        String result = tried(message);
        double seconds = (nanos.getAsLong() - started) / 1e9;
        try {
            if (result.equals("done")) {
                source.done(message);
            } else if (result.equals("failed")) {
                source.retry(message, pauseAfter(message.attempt));
            } else {
                source.setAside(message);
            }
        } catch (Exception failure) {
            // It comes again by itself, as if this pod had been killed.
            lost("the queue did not take the result", failure);
            return;
        }
        metrics.finished(result, seconds);
        log.info("message", "id", message.id, "attempt", message.attempt, "result", result,
                "duration_ms", Math.round(seconds * 1e6) / 1e3);
    }

    private String tried(Message message) {
        if (message.attempt > ATTEMPTS) {
            // Each attempt ended with its pod, so that no exception could put it aside: killed for its memory, or hanging.
            log.warn("put aside", "id", message.id, "attempt", message.attempt, "cause", "no attempt came to an end");
            return "aside";
        }
        try {
            handler.handle(message, log);
            return "done";
        } catch (Exception failure) {
            // Whatever the handler throws, the log has it and the message comes again.
            boolean last = message.attempt >= ATTEMPTS;
            log.error(last ? "put aside" : "failed", failure, "id", message.id, "attempt", message.attempt);
            return last ? "aside" : "failed";
        }
    }

    private void lost(String text, Exception failure) {
        ready = false;
        unreachable++;
        metrics.queueErrors.increment();
        log.error(text, failure);
    }
}
