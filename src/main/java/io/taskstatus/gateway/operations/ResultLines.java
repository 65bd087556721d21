package io.taskstatus.gateway.operations;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.Reading;
import io.taskstatus.gateway.status.StatusReader;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Results as lines of JSON, one object a line, as an export gives and an import takes them. The body is a string that
 * holds exactly its characters: what comes back from it are the same bytes.
 */
final class ResultLines {
    private static final Instant EARLIEST = Instant.EPOCH;
    /** RFC 3339, section 5.6, in UTC and with nanoseconds at the finest. */
    private static final Pattern TIME = Pattern.compile(
            "([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt](?!24)[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?)(?:[Zz]|[+-]00:00)");

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private enum Field {
        EXECUTION_ID("executionId"),
        VERIFICATION_STATUS("verificationStatus"),
        FETCHED_AT("fetchedAt"),
        SHA256("sha256"),
        BODY("body");

        private final String name;

        Field(String name) {
            this.name = name;
        }

        static Field of(String name) throws InvalidLine {
            for (Field field : values()) {
                if (field.name.equals(name)) {
                    return field;
                }
            }
            throw new InvalidLine("it has a field that no result has");
        }
    }

    /** A line that is no result; the message says why, without repeating what is in it. */
    static final class InvalidLine extends Exception {
        private static final long serialVersionUID = 1;

        InvalidLine(String why) {
            super(why);
        }

        String why() {
            return String.valueOf(getMessage());
        }
    }

    private ResultLines() {}

    /** Writes {@code result} and a line feed. */
    static void write(StatusSnapshot result, OutputStream target) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(target).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
            json.writeStartObject();
            json.writeStringField(Field.EXECUTION_ID.name, result.id().value());
            json.writeStringField(
                    Field.VERIFICATION_STATUS.name, result.status().word());
            json.writeStringField(Field.FETCHED_AT.name, result.fetchedAt().toString());
            json.writeStringField(Field.SHA256.name, result.sha256());
            json.writeFieldName(Field.BODY.name);
            json.writeString(new String(result.body(), StandardCharsets.UTF_8));
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    /** The result in {@code line}, which passes every check that a fetched body passes before it is kept for ever. */
    static StatusSnapshot read(byte[] line) throws InvalidLine {
        Map<Field, String> fields = fields(line);
        ExecutionId id = ExecutionId.parse(text(fields, Field.EXECUTION_ID))
                .orElseThrow(() -> new InvalidLine("its executionId is none"));
        byte[] body = encode(text(fields, Field.BODY));
        VerificationStatus status = status(StatusReader.read(body, id));
        if (!status.word().equals(text(fields, Field.VERIFICATION_STATUS))) {
            throw new InvalidLine("its verificationStatus is not its body's");
        }
        StatusSnapshot result = new StatusSnapshot(id, status, body, instant(text(fields, Field.FETCHED_AT)));
        if (!result.sha256().equals(text(fields, Field.SHA256).toLowerCase(Locale.ROOT))) {
            throw new InvalidLine("its sha256 is not its body's");
        }
        return result;
    }

    private static Map<Field, String> fields(byte[] line) throws InvalidLine {
        Map<Field, String> fields = new EnumMap<>(Field.class);
        try (JsonParser parser = JSON.createParser(decode(line))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new InvalidLine("it is no JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                Field field = Field.of(parser.currentName());
                if (parser.nextToken() != JsonToken.VALUE_STRING) {
                    throw new InvalidLine("its " + field.name + " is no string");
                }
                fields.put(field, parser.getText());
            }
            if (parser.nextToken() != null) {
                throw new InvalidLine("something comes after its JSON object");
            }
            return fields;
        } catch (JsonProcessingException notJson) {
            JsonLocation place = notJson.getLocation();
            throw new InvalidLine("it is not JSON" + (place == null ? "" : ", at column " + place.getColumnNr()));
        } catch (IOException e) {
            throw new InvalidLine("it can't be read");
        }
    }

    private static String text(Map<Field, String> fields, Field field) throws InvalidLine {
        String text = fields.get(field);
        if (text == null) {
            throw new InvalidLine("it has no " + field.name);
        }
        return text;
    }

    private static VerificationStatus status(Reading reading) throws InvalidLine {
        return switch (reading) {
            case Reading.Documented documented when documented.status().isTerminal() -> documented.status();
            case Reading.Documented running -> throw new InvalidLine("its body's verificationStatus is not terminal");
            case Reading.AnotherExecution other -> throw new InvalidLine("its body names another executionId");
            case Reading.Unknown unknown ->
                throw new InvalidLine(
                        "its body is no result: " + unknown.reason().label());
            case Reading.Unreadable unreadable ->
                throw new InvalidLine(
                        "its body is no result: " + unreadable.reason().label());
        };
    }

    private static Instant instant(String text) throws InvalidLine {
        Matcher parts = TIME.matcher(text);
        if (parts.matches()) {
            try {
                Instant instant = Instant.parse(parts.group(1) + "Z");
                if (!instant.isBefore(EARLIEST)) {
                    return instant;
                }
            } catch (DateTimeException notATime) {
                // said below
            }
        }
        throw new InvalidLine("its fetchedAt is no time in UTC as RFC 3339 writes it");
    }

    private static String decode(byte[] line) throws InvalidLine {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidLine("it is not UTF-8");
        }
    }

    /** Halves of surrogate pairs can be written in JSON, but not in UTF-8. */
    private static byte[] encode(String body) throws InvalidLine {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(body));
            byte[] exact = new byte[bytes.remaining()];
            bytes.get(exact);
            return exact;
        } catch (CharacterCodingException e) {
            throw new InvalidLine("its body is not UTF-8");
        }
    }
}
