package service;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Runs the job once: exits 0 when its work is done, and 1 when it is not. */
public final class Main {
    /** When it is told to stop, the process waits so long for the item in hand; the cluster kills it sooner. */
    private static final long LONGEST_ITEM_MINUTES = 60;

    private static volatile boolean stopping;

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        Log log = new Log(new PrintStream(new FileOutputStream(FileDescriptor.out), true, "UTF-8"));
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(ended), "shutdown"));
        int status = run(log);
        if (stopping) {
            // The JVM is on its way out already, with 143: this is the status that counts.
            Runtime.getRuntime().halt(status);
        }
        ended.countDown();
        System.exit(status);
    }

    /** Does one run and returns the exit status. */
    private static int run(Log log) {
        // The exact build: the smoke test of a deployment reads this line.
        log.info("started", "service", variable("SERVICE_NAME", "service"), "environment", variable("ENVIRONMENT", "local"),
                "runtime", Json.object("name", "java", "version", javaVersion()),
                "revision", variable("REVISION", "unknown"), "digest", variable("IMAGE_DIGEST", "unknown"));
        long started = System.nanoTime();
        try {
            int handled = new Job(log).run(() -> stopping);
            log.info("finished", "handled", handled,
                    "duration_ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
            return 0;
        } catch (Job.Stopped stopped) {
            log.warn("stopped before the work was done", "handled", stopped.handled);
        } catch (Exception failure) {
            log.error("failed", failure);
        }
        return 1;
    }

    private static void stop(CountDownLatch ended) {
        stopping = true;
        try {
            ended.await(LONGEST_ITEM_MINUTES, TimeUnit.MINUTES);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static String variable(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    /** Java 8 calls itself 1.8.0_502. Without the "1." every version starts with the number in .java-version. */
    private static String javaVersion() {
        return System.getProperty("java.version").replaceFirst("^1\\.", "");
    }
}
