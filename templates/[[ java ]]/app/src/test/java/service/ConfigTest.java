package service;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

final class ConfigTest {
    private ConfigTest() {}

    static void nothingSetMeansTheDefaults() {
        Config config = Config.from(Collections.emptyMap());
        Tests.equal(8080, config.port);
        Tests.equal("local", config.environment);
        Tests.equal("unknown", config.revision);
        Tests.equal(10, config.drainSeconds);
    }

    static void theEnvironmentWins() {
        Map<String, String> variables = new HashMap<>();
        variables.put("PORT", "9000");
        variables.put("ENVIRONMENT", "qa");
        variables.put("IMAGE_DIGEST", "sha256:abc");
        Config config = Config.from(variables);
        Tests.equal(9000, config.port);
        Tests.equal("qa", config.environment);
        Tests.equal("sha256:abc", config.imageDigest);
    }

    static void anEmptyVariableIsAsGoodAsNone() {
        Tests.equal("local", Config.from(Collections.singletonMap("ENVIRONMENT", "")).environment);
    }

    static void anUnusableNumberIsNamed() {
        for (String value : new String[] {"http", "-1", "65536", "80.5"}) {
            try {
                Config.from(Collections.singletonMap("PORT", value));
            } catch (IllegalArgumentException refused) {
                Tests.equal("PORT must be a whole number from 0 to 65535, not \"" + value + "\"", refused.getMessage());
                continue;
            }
            throw new AssertionError("PORT=" + value + " was accepted");
        }
    }
}
