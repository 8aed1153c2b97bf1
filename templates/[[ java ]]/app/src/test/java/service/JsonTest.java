package service;

final class JsonTest {
    private JsonTest() {}

    static void keysKeepTheirOrderAndObjectsNest() {
        Tests.equal("{\"b\":1,\"a\":{\"c\":true},\"d\":{}}",
                Json.write(Json.object("b", 1, "a", Json.object("c", true), "d", Json.object())));
    }

    static void whatWouldEndATextIsEscaped() {
        Tests.equal("{\"text\":\"\\\"\\\\\\u000a\\u0000\"}", Json.write(Json.object("text", "\"\\\n\0")));
    }

    static void otherLettersStayAndSurrogatesAreEscaped() {
        Tests.equal("{\"text\":\"\u00e9\\ud83d\\ude00\"}", Json.write(Json.object("text", "\u00e9\ud83d\ude00")));
    }
}
