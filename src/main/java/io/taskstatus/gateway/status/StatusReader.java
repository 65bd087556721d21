package io.taskstatus.gateway.status;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamReadException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body once and decides what may be done with it. It looks at the top-level keys alone; the rest only has to be
 * JSON (RFC 8259). Nothing is rewritten: what is passed on are the bytes themselves.
 */
public final class StatusReader {
    /** The deepest nesting of what is kept for ever; the object itself is level 1. */
    public static final int MAX_DEPTH = 64;

    /** The most characters of the upstream's own words that are passed on. */
    public static final int MAX_MESSAGE = 512;

    private static final byte[] BYTE_ORDER_MARK = "\uFEFF".getBytes(StandardCharsets.UTF_8);

    /** Characters that are looked at together when bytes are checked. */
    private static final int WINDOW = 8192;

    /**
     * Jackson refuses what is long or deep; here, that is the upstream's business, and the size was limited on the wire.
     * Names are not remembered from one body to the next: they are the upstream's to choose, without end.
     */
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private StatusReader() {}

    /** Decides on {@code body}, which the upstream gave for {@code id}. */
    public static Reading read(byte[] body, ExecutionId id) {
        if (!isUtf8(body)) {
            return new Reading.Unreadable(UnkeptReason.NOT_UTF_8);
        }
        DeepJson deep = new DeepJson(body, MAX_DEPTH);
        if (!deep.isJson()) {
            return new Reading.Unreadable(UnkeptReason.NOT_ONE_OBJECT);
        }
        try (JsonParser parser = open(deep.flat())) {
            return read(parser, id, deep.isFound());
        } catch (StreamReadException notJson) {
            return new Reading.Unreadable(UnkeptReason.NOT_ONE_OBJECT);
        } catch (IOException e) {
            throw new UncheckedIOException("memory can be read", e);
        }
    }

    private static Reading read(JsonParser parser, ExecutionId id, boolean tooDeep) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            return new Reading.Unreadable(UnkeptReason.NOT_ONE_OBJECT);
        }
        SeenNames keys = new SeenNames();
        boolean duplicates = false;
        boolean another = false;
        Reading status = new Reading.Unknown(UnkeptReason.STATUS_MISSING);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            duplicates |= !keys.add(key);
            JsonToken value = parser.nextToken();
            switch (key) {
                case "executionId" -> another |= !names(parser, value, id);
                case "verificationStatus" -> status = statusOf(parser, value);
                default -> {}
            }
            parser.skipChildren();
        }
        if (parser.nextToken() != null) {
            return new Reading.Unreadable(UnkeptReason.NOT_ONE_OBJECT);
        }
        if (another) {
            return new Reading.AnotherExecution();
        }
        if (duplicates) {
            return new Reading.Unknown(UnkeptReason.DUPLICATE_KEY);
        }
        return tooDeep ? new Reading.Unknown(UnkeptReason.TOO_DEEP) : status;
    }

    private static boolean names(JsonParser parser, @Nullable JsonToken value, ExecutionId id) throws IOException {
        return value == JsonToken.VALUE_NULL || (value == JsonToken.VALUE_STRING && id.isNamed(parser.getText()));
    }

    private static Reading statusOf(JsonParser parser, @Nullable JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            return new Reading.Unknown(UnkeptReason.STATUS_NULL);
        }
        if (value != JsonToken.VALUE_STRING) {
            return new Reading.Unknown(UnkeptReason.STATUS_NOT_A_STRING);
        }
        return VerificationStatus.of(parser.getText())
                .<Reading>map(Reading.Documented::new)
                .orElseGet(() -> new Reading.Unknown(UnkeptReason.STATUS_UNDOCUMENTED));
    }

    /**
     * The {@code message} of an error that is a JSON object, made safe to pass on: without control characters and halves of
     * surrogate pairs, and at most {@link #MAX_MESSAGE} characters.
     */
    public static Optional<String> message(byte[] body) {
        if (!isUtf8(body)) {
            return Optional.empty();
        }
        DeepJson deep = new DeepJson(body, MAX_DEPTH);
        if (!deep.isJson()) {
            return Optional.empty();
        }
        String message = "";
        try (JsonParser parser = open(deep.flat())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = parser.currentName().equals("message");
                if (parser.nextToken() == JsonToken.VALUE_STRING && wanted) {
                    message = clean(parser.getText());
                }
                parser.skipChildren();
            }
            return parser.nextToken() == null && !message.isBlank() ? Optional.of(message) : Optional.empty();
        } catch (StreamReadException notJson) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("memory can be read", e);
        }
    }

    private static String clean(String words) {
        StringBuilder clean = new StringBuilder(Math.min(words.length(), MAX_MESSAGE));
        words.codePoints()
                .filter(c -> !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE)
                .takeWhile(c -> clean.length() + Character.charCount(c) <= MAX_MESSAGE)
                .forEachOrdered(clean::appendCodePoint);
        return clean.toString();
    }

    /** Whether {@code body} is UTF-8 without a byte order mark; nothing else is guessed at. */
    private static boolean isUtf8(byte[] body) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer bytes = ByteBuffer.wrap(body);
        CharBuffer window = CharBuffer.allocate(Math.clamp(body.length, 2, WINDOW));
        CoderResult result = decoder.decode(bytes, window, true);
        while (result.isOverflow()) {
            result = decoder.decode(bytes, window.clear(), true);
        }
        return !result.isError() && !(bytes.limit() >= 3 && Arrays.equals(body, 0, 3, BYTE_ORDER_MARK, 0, 3));
    }

    /** Jackson would guess at the encoding of bytes. */
    private static JsonParser open(byte[] json) throws IOException {
        return JSON.createParser(new InputStreamReader(new ByteArrayInputStream(json), StandardCharsets.UTF_8));
    }
}
