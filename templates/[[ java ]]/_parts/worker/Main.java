package service;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Starts the worker, and stops it on SIGTERM. {@code send TEXT} puts a message into its queue. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        start(arguments, System.getenv(), Handler.ours());
    }

    static void start(String[] arguments, Map<String, String> variables, Handler handler) throws Exception {
        Log log = new Log(new PrintStream(new FileOutputStream(FileDescriptor.out), true, "UTF-8"));
        int port = 0;
        try {
            Config config = Config.from(variables);
            port = config.port;
            Source source = Source.connect(variables, config.drainSeconds);
            if (arguments.length > 0 && arguments[0].equals("send")) {
                String body = String.join(" ", Arrays.copyOfRange(arguments, 1, arguments.length));
                log.info("sent", "id", source.send(body));
                return;
            }
            Metrics metrics = new Metrics("java", Probes.javaVersion(), config.revision, System::currentTimeMillis);
            Worker worker = new Worker(source, handler, log, metrics, config.drainSeconds, System::nanoTime);
            Probes probes = new Probes(config, worker);
            probes.start();
            Thread loop = new Thread(() -> run(worker, log), "worker");
            Runtime.getRuntime().addShutdownHook(
                    new Thread(() -> stop(worker, loop, config.drainSeconds, log), "shutdown"));
            loop.start();
            log.info("started", "service", config.serviceName, "environment", config.environment,
                    "port", probes.port(), "java", Probes.javaVersion(), "revision", config.revision);
        } catch (IllegalArgumentException unusable) {
            log.refuse("cannot start", unusable.getMessage());
            System.exit(1);
        } catch (BindException taken) {
            log.refuse("cannot start", "port " + port + " is in use: stop what listens there, or set PORT");
            System.exit(1);
        } catch (Exception failure) {
            log.error("cannot start", failure);
            System.exit(1);
        }
    }

    private static void run(Worker worker, Log log) {
        try {
            worker.run();
        } catch (InterruptedException interrupted) {
            log.error("stopped without waiting", interrupted);
        }
    }

    private static void stop(Worker worker, Thread loop, int drainSeconds, Log log) {
        try {
            log.info("stopping", "drain_seconds", drainSeconds);
            worker.stop();
            loop.join(TimeUnit.SECONDS.toMillis(drainSeconds));
            if (loop.isAlive()) {
                // It is hidden for longer than this process has left, and then another worker takes it.
                log.warn("stopped before the message was finished");
            } else {
                log.info("stopped");
            }
        } catch (InterruptedException interrupted) {
            log.error("stopped without waiting", interrupted);
        }
        // A JVM that SIGTERM ends exits with 143, which looks like a crash to whoever watches; this stop was orderly.
        Runtime.getRuntime().halt(0);
    }
}
