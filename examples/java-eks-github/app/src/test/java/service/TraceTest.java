package service;

import java.util.Arrays;

final class TraceTest {
    private TraceTest() {}

    static void theTraceOfTheCallerGoesOn() {
        Tests.equal("[trace_id, 0af7651916cd43dd8448eb211c80319c, span_id, b7ad6b7169203331]",
                Arrays.toString(Trace.fields("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")));
    }

    static void withoutAUsableOneATraceBegins() {
        String zeros = "00-00000000000000000000000000000000-b7ad6b7169203331-01";
        for (String header : new String[] {null, "", zeros, "ff-0-0-0"}) {
            String fields = Arrays.toString(Trace.fields(header));
            Tests.equal(true, fields.matches("\\[trace_id, [0-9a-f]{32}]"));
        }
        Tests.equal(false, Trace.fields(null)[1].equals(Trace.fields(null)[1]));
    }
}
