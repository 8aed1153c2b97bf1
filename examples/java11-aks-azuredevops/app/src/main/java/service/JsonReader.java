package service;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one JSON text: objects become maps, arrays lists, numbers {@code Double}. */
final class JsonReader {
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*+)(\\.[0-9]++)?+([eE][-+]?[0-9]++)?+");
    private static final String ESCAPES = "\"\\/bfnrt";
    private static final String ESCAPED = "\"\\/\b\f\n\r\t";
    private static final int MOST_DEPTH = 100;

    private final String text;
    private int at;
    private int depth;

    private JsonReader(String text) {
        this.text = text;
    }

    /** Throws IllegalArgumentException where the text is not JSON. */
    static Object read(String text) {
        JsonReader reader = new JsonReader(text);
        Object value = reader.value();
        reader.space();
        need(reader.at == text.length());
        return value;
    }

    private Object value() {
        space();
        need(at < text.length() && depth < MOST_DEPTH);
        char first = text.charAt(at);
        if (takes("{")) {
            return object();
        }
        if (takes("[")) {
            return array();
        }
        if (first == '"') {
            return string();
        }
        if (takes("null")) {
            return null;
        }
        if (first == 't' || first == 'f') {
            boolean value = takes("true");
            need(value || takes("false"));
            return value;
        }
        Matcher number = NUMBER.matcher(text).region(at, text.length());
        need(number.lookingAt());
        at = number.end();
        return Double.valueOf(number.group());
    }

    private Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        if (takes("}")) {
            return object;
        }
        depth++;
        do {
            space();
            String name = string();
            need(takes(":"));
            object.put(name, value());
        } while (takes(","));
        depth--;
        need(takes("}"));
        return object;
    }

    private List<Object> array() {
        List<Object> array = new ArrayList<>();
        if (takes("]")) {
            return array;
        }
        depth++;
        do {
            array.add(value());
        } while (takes(","));
        depth--;
        need(takes("]"));
        return array;
    }

    private String string() {
        need(takes("\""));
        StringBuilder string = new StringBuilder();
        while (true) {
            char c = next();
            if (c == '"') {
                return string.toString();
            }
            need(c >= ' ');
            string.append(c == '\\' ? escaped(next()) : c);
        }
    }

    private char escaped(char c) {
        if (c != 'u') {
            need(ESCAPES.indexOf(c) >= 0);
            return ESCAPED.charAt(ESCAPES.indexOf(c));
        }
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(next(), 16);
            need(digit >= 0);
            code = code * 16 + digit;
        }
        return (char) code;
    }

    private char next() {
        need(at < text.length());
        return text.charAt(at++);
    }

    private boolean takes(String word) {
        space();
        boolean found = text.startsWith(word, at);
        at += found ? word.length() : 0;
        return found;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private static void need(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("not JSON");
        }
    }
}
