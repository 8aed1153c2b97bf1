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

    static void whatIsWrittenIsReadAgain() {
        String text = "{\"a\":\"\\\"\\\\\\n\\u00e9\",\"b\":[1.0,-2.5,true,false,null],\"c\":{}}";
        Object read = JsonReader.read(" " + text.replace(",", " ,\n"));
        Tests.equal("{a=\"\\\n\u00e9, b=[1.0, -2.5, true, false, null], c={}}", read.toString());
    }

    static void whatIsNoJsonIsRefused() {
        String deep = new String(new char[200]).replace("\0", "[");
        String[] texts = {
            "", "{", "{]", "[1,]", "{\"a\"}", "{\"a\":1,}", "\"a", "\"\\x\"", "\"\\u12\"", "\"\n\"", "01", "tru", "1 2", deep
        };
        for (String text : texts) {
            try {
                JsonReader.read(text);
                throw new AssertionError(text + " was taken");
            } catch (IllegalArgumentException expected) {
                Tests.equal("not JSON", expected.getMessage());
            }
        }
    }

    static void otherLettersStayAndSurrogatesAreEscaped() {
        Tests.equal("{\"text\":\"\u00e9\\ud83d\\ude00\"}", Json.write(Json.object("text", "\u00e9\ud83d\ude00")));
    }
}
