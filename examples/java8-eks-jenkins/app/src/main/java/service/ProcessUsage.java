package service;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;

/** Resources that this process uses. Only Linux reports memory and open files. */
final class ProcessUsage {
    private static final double STARTED = ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3;
    // That of every Linux that Java runs on, but for some kernels for ARM.
    private static final int PAGE_BYTES = 4096;

    private ProcessUsage() {}

    /** Writes the metrics, under their usual names. */
    static void write(StringBuilder out) {
        double cpuSeconds = cpuSeconds();
        if (cpuSeconds >= 0) {
            Metrics.single(out, "process_cpu_seconds_total", "counter",
                    "Total user and system CPU time spent in seconds.", cpuSeconds);
        }
        Metrics.single(out, "process_start_time_seconds", "gauge",
                "Start time of the process since unix epoch in seconds.", STARTED);
        try {
            byte[] memory = Files.readAllBytes(Paths.get("/proc/self/statm"));
            String pages = new String(memory, StandardCharsets.US_ASCII).split(" ")[1];
            Metrics.single(out, "process_resident_memory_bytes", "gauge",
                    "Resident memory size in bytes.", Double.parseDouble(pages) * PAGE_BYTES);
        } catch (IOException elsewhere) {
            return;
        }
        String[] files = new File("/proc/self/fd").list();
        if (files != null) {
            Metrics.single(out, "process_open_fds", "gauge", "Number of open file descriptors.", files.length);
        }
    }

    /** Negative where the JVM does not know it. */
    private static double cpuSeconds() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return system instanceof com.sun.management.OperatingSystemMXBean
                ? ((com.sun.management.OperatingSystemMXBean) system).getProcessCpuTime() / 1e9
                : -1;
    }
}
