package service;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.UnsupportedEncodingException;

final class LogTest {
    private LogTest() {}

    static void anEventIsOneLineOfJson() throws UnsupportedEncodingException {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        new Log(new PrintStream(written, true, "UTF-8")).info("two\nlines", "port", 8080);
        String line = written.toString("UTF-8");
        Tests.contains("\"level\":\"info\",\"message\":\"two\\u000alines\",\"port\":8080}\n", line);
        Tests.equal(line.length() - 1, line.indexOf('\n'));
    }

    static void anErrorStaysOnOneLineWithItsTrace() throws UnsupportedEncodingException {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        new Log(new PrintStream(written, true, "UTF-8")).error("failed", new IllegalStateException("broken"));
        String line = written.toString("UTF-8");
        Tests.contains("\"cause\":\"java.lang.IllegalStateException: broken\"", line);
        Tests.contains("LogTest.java", line);
        Tests.equal(line.length() - 1, line.indexOf('\n'));
    }
}
