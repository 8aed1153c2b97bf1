package service;

import java.util.Map;

/** The settings of this process. All of them come from the environment, so one image serves every stage. */
final class Config {
    final int port;
    final String serviceName;
    final String environment;
    final String revision;
    final String imageDigest;
    final int drainSeconds;

    private Config(Map<String, String> variables) {
        port = number(variables, "PORT", 8080, 0, 65535);
        serviceName = text(variables, "SERVICE_NAME", "service");
        environment = text(variables, "ENVIRONMENT", "local");
        revision = text(variables, "REVISION", "unknown");
        imageDigest = text(variables, "IMAGE_DIGEST", "unknown");
        drainSeconds = number(variables, "DRAIN_SECONDS", 10, 1, 3600);
    }

    /** Reads the settings; throws IllegalArgumentException that names the variable with an unusable value. */
    static Config from(Map<String, String> variables) {
        return new Config(variables);
    }

    private static String text(Map<String, String> variables, String name, String otherwise) {
        String value = variables.get(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    private static int number(Map<String, String> variables, String name, int otherwise, int least, int most) {
        String value = text(variables, name, Integer.toString(otherwise));
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // Reported below, like a number out of range.
        }
        throw new IllegalArgumentException(
                name + " must be a whole number from " + least + " to " + most + ", not \"" + value + "\"");
    }
}
