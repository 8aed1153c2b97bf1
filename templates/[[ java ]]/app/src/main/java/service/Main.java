package service;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.net.BindException;

/** Starts the service, and stops it on SIGTERM. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        Log log = new Log(new PrintStream(new FileOutputStream(FileDescriptor.out), true, "UTF-8"));
        int port = 0;
        try {
            Config config = Config.from(System.getenv());
            port = config.port;
            Server server = new Server(config, Routes.of(config), log);
            server.start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, config.drainSeconds, log), "shutdown"));
            server.becomeReady();
            log.info("started", "service", config.serviceName, "environment", config.environment,
                    "port", server.port(), "java", Routes.javaVersion(), "revision", config.revision);
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

    private static void stop(Server server, int drainSeconds, Log log) {
        try {
            log.info("stopping", "drain_seconds", drainSeconds);
            int cutOff = server.drain(drainSeconds);
            if (cutOff == 0) {
                log.info("stopped");
            } else {
                log.warn("stopped before all requests were finished", "cut_off", cutOff);
            }
        } catch (InterruptedException interrupted) {
            log.error("stopped without waiting", interrupted);
        }
        // A JVM that SIGTERM ends exits with 143, which looks like a crash to whoever watches; this stop was orderly.
        Runtime.getRuntime().halt(0);
    }
}
