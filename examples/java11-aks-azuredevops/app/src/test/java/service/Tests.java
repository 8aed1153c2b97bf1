package service;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;

/**
 * Runs the tests with the JDK alone: every static method without parameters of the classes in {@link #SUITES} is one.
 *
 * <p>The argument is the file for the results, in the JUnit format that CI systems show.
 */
public final class Tests {
    private static final Class<?>[] SUITES = {
        ConfigTest.class, JsonTest.class, LogTest.class, MetricsTest.class, RoutesTest.class, ServerTest.class,
        TraceTest.class
    };

    private final StringBuilder cases = new StringBuilder();
    private int passed;
    private int failed;

    private Tests() {}

    public static void main(String[] arguments) throws Exception {
        Tests tests = new Tests();
        long started = System.nanoTime();
        for (Class<?> suite : SUITES) {
            tests.run(suite);
        }
        tests.write(Paths.get(arguments[0]), seconds(started));
        System.out.println(tests.passed + " passed, " + tests.failed + " failed");
        System.exit(tests.failed == 0 && tests.passed > 0 ? 0 : 1);
    }

    static void equal(Object expected, Object actual) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError("expected " + expected + "\n but was " + actual);
        }
    }

    static void contains(String part, String whole) {
        if (!whole.contains(part)) {
            throw new AssertionError("expected " + part + "\n in " + whole);
        }
    }

    static void lacks(String part, String whole) {
        if (whole.contains(part)) {
            throw new AssertionError("did not expect " + part + "\n in " + whole);
        }
    }

    private void run(Class<?> suite) throws IllegalAccessException {
        Method[] methods = suite.getDeclaredMethods();
        Arrays.sort(methods, Comparator.comparing(Method::getName));
        for (Method method : methods) {
            boolean callable = Modifier.isStatic(method.getModifiers()) && method.getParameterCount() == 0;
            if (callable && !Modifier.isPrivate(method.getModifiers()) && !method.isSynthetic()) {
                run(method);
            }
        }
    }

    private void run(Method test) throws IllegalAccessException {
        String name = test.getDeclaringClass().getSimpleName() + "." + test.getName();
        long started = System.nanoTime();
        String failure = null;
        try {
            test.invoke(null);
        } catch (InvocationTargetException thrown) {
            StringWriter trace = new StringWriter();
            thrown.getCause().printStackTrace(new PrintWriter(trace, true));
            failure = trace.toString();
        }
        cases.append(String.format("  <testcase classname=\"%s\" name=\"%s\" time=\"%s\"",
                test.getDeclaringClass().getName(), test.getName(), seconds(started)));
        if (failure == null) {
            passed++;
            cases.append("/>\n");
            System.out.println("ok    " + name);
        } else {
            failed++;
            cases.append("><failure>").append(xml(failure)).append("</failure></testcase>\n");
            System.out.println("FAIL  " + name + "\n" + failure);
        }
    }

    private void write(Path file, String seconds) throws java.io.IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (Writer out = new OutputStreamWriter(Files.newOutputStream(file), StandardCharsets.UTF_8)) {
            out.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
            out.write(String.format("<testsuite name=\"unit\" tests=\"%d\" failures=\"%d\" errors=\"0\" skipped=\"0\" "
                    + "time=\"%s\">\n", passed + failed, failed, seconds));
            out.write(cases + "</testsuite>\n");
        }
    }

    private static String seconds(long since) {
        return Double.toString((System.nanoTime() - since) / 1000000 / 1000.0);
    }

    /** Escapes text for XML and drops the control characters that XML cannot hold. */
    private static String xml(String text) {
        return text.replaceAll("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]", "?")
                .replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
