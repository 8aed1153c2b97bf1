package service;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

final class JobTest {
    private JobTest() {}

    /** A job with these items, which notes what was done; one called "broken" fails. */
    private static final class Noted extends Job {
        final List<String> done = new ArrayList<>();
        private final List<String> items;

        Noted(String... items) {
            super(new Log(System.err));
            this.items = Arrays.asList(items);
        }

        @Override
        Iterable<String> items() {
            return items;
        }

        @Override
        void handle(String item) {
            if (item.equals("broken")) {
                throw new IllegalStateException(item);
            }
            done.add(item);
        }
    }

    static void everyItemIsDoneOnce() throws Exception {
        Noted job = new Noted("a", "b");
        Tests.equal(2, job.run(() -> false));
        Tests.equal(Arrays.asList("a", "b"), job.done);
    }

    static void nothingToDoIsDone() throws Exception {
        Tests.equal(0, new Noted().run(() -> false));
    }

    static void itStopsBetweenTwoItems() throws Exception {
        Noted job = new Noted("a", "b");
        try {
            job.run(() -> job.done.size() == 1);
        } catch (Job.Stopped stopped) {
            Tests.equal(1, stopped.handled);
            Tests.equal(Collections.singletonList("a"), job.done);
            return;
        }
        throw new AssertionError("it did not stop");
    }

    static void aFailingItemFailsTheRun() throws Exception {
        Noted job = new Noted("a", "broken", "b");
        try {
            job.run(() -> false);
        } catch (IllegalStateException failure) {
            Tests.equal(Collections.singletonList("a"), job.done);
            return;
        }
        throw new AssertionError("it did not fail");
    }

    /** The whole process, as the cluster runs it. */
    static void aRunSaysWhatItIsAndExitsWith0() throws Exception {
        ProcessBuilder program = new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java", "-cp", System.getProperty("java.class.path"), "service.Main");
        program.environment().put("ENVIRONMENT", "qa");
        program.environment().put("REVISION", "abc");
        program.environment().put("IMAGE_DIGEST", "sha256:1");
        Process process = program.start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
            }
        }
        Tests.equal(0, process.waitFor());
        Tests.contains("\"message\":\"started\"", lines.get(0));
        Tests.contains("\"environment\":\"qa\",\"runtime\":{\"name\":\"java\"", lines.get(0));
        Tests.contains("\"revision\":\"abc\",\"digest\":\"sha256:1\"", lines.get(0));
        Tests.contains("\"message\":\"finished\",\"handled\":3", lines.get(lines.size() - 1));
    }
}
