package io.taskstatus.gateway.behaviour;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A span as a collector gets it (OTLP, ExportTraceServiceRequest), read from protobuf by hand: only what is looked at here.
 *
 * @param kind 2 for a server's, 3 for a client's
 * @param attributes those whose values are strings
 */
record ExportedSpan(
        String traceId, String spanId, String parentId, String name, int kind, Map<String, String> attributes) {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;

    /** @param content its bytes, a character each */
    private record Field(int number, long value, String content) {
        byte[] bytes() {
            return content.getBytes(StandardCharsets.ISO_8859_1);
        }

        String text() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        String hex() {
            return HexFormat.of().formatHex(bytes());
        }
    }

    static List<ExportedSpan> of(byte[] export) {
        List<ExportedSpan> spans = new ArrayList<>();
        each(
                export,
                1,
                resource -> each(
                        resource.bytes(), 2, scope -> each(scope.bytes(), 2, span -> spans.add(read(span.bytes())))));
        return spans;
    }

    private static ExportedSpan read(byte[] message) {
        Map<Integer, Field> fields = new HashMap<>();
        Map<String, String> attributes = new HashMap<>();
        for (Field field : fields(message)) {
            fields.put(field.number, field);
            if (field.number == 9) {
                each(
                        field.bytes(),
                        1,
                        key -> each(
                                field.bytes(),
                                2,
                                value -> each(value.bytes(), 1, string -> attributes.put(key.text(), string.text()))));
            }
        }
        Field none = new Field(0, 0, "");
        return new ExportedSpan(
                fields.getOrDefault(1, none).hex(),
                fields.getOrDefault(2, none).hex(),
                fields.getOrDefault(4, none).hex(),
                fields.getOrDefault(5, none).text(),
                (int) fields.getOrDefault(6, none).value,
                attributes);
    }

    private static void each(byte[] message, int number, Consumer<Field> taker) {
        fields(message).stream().filter(field -> field.number == number).forEach(taker);
    }

    private static List<Field> fields(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        List<Field> fields = new ArrayList<>();
        while (in.hasRemaining()) {
            long tag = varint(in);
            int number = (int) (tag >>> 3);
            switch ((int) tag & 7) {
                case VARINT -> fields.add(new Field(number, varint(in), ""));
                case FIXED64 -> fields.add(new Field(number, in.getLong(), ""));
                case LENGTH -> {
                    byte[] bytes = new byte[(int) varint(in)];
                    in.get(bytes);
                    fields.add(new Field(number, 0, new String(bytes, StandardCharsets.ISO_8859_1)));
                }
                default -> fields.add(new Field(number, in.getInt(), ""));
            }
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
