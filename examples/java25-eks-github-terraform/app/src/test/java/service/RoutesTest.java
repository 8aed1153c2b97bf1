package service;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

final class RoutesTest {
    private RoutesTest() {}

    private static String answer(String path) throws Exception {
        Map<String, String> variables = new HashMap<>();
        variables.put("SERVICE_NAME", "orders");
        variables.put("ENVIRONMENT", "qa");
        variables.put("REVISION", "abc");
        variables.put("IMAGE_DIGEST", "sha256:def");
        Response response = Routes.of(Config.from(variables)).get(path).answer(null);
        Tests.equal(200, response.status);
        return new String(response.body, StandardCharsets.UTF_8);
    }

    static void theGreetingNamesTheService() throws Exception {
        Tests.equal("{\"message\":\"Hello from orders\"}\n", answer("/"));
    }

    static void aGreetingByNameNeedsAName() throws Exception {
        Tests.equal("Ada", Routes.jsonObject(new ByteArrayInputStream("{\"name\":\"Ada\"}".getBytes("UTF-8"))).get("name"));
        for (String body : new String[] {"", "{", "[]", "null", "1"}) {
            try {
                Routes.jsonObject(new ByteArrayInputStream(body.getBytes("UTF-8")));
                throw new AssertionError(body + " was taken");
            } catch (Routes.Refused refused) {
                Tests.equal(400, refused.status);
            }
        }
    }

    static void infoSaysExactlyWhatRuns() throws Exception {
        Tests.equal("{\"service\":\"orders\",\"environment\":\"qa\",\"runtime\":{\"name\":\"java\",\"version\":\""
                + Routes.javaVersion() + "\"},\"revision\":\"abc\",\"digest\":\"sha256:def\"}\n", answer("/info"));
    }

    static void theVersionStartsWithTheMajorNumber() {
        String specification = System.getProperty("java.specification.version").replace("1.8", "8");
        Tests.equal(specification, Routes.javaVersion().split("[._+-]")[0]);
    }
}
