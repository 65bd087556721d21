package io.taskstatus.gateway.operations;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;

/**
 * A file of the console, as it goes out: read, compressed and named by its digest once.
 *
 * @param type its {@code Content-Type}
 */
record ConsoleFile(String type, Representation plain, Representation gzip) {
    private static final String FOLDER = "/console/";

    /** Bytes and their strong {@code ETag}, quotes included. */
    record Representation(Buffer bytes, String etag) {
        static Representation of(byte[] bytes) {
            return new Representation(Buffer.buffer(bytes), '"' + digest(bytes) + '"');
        }
    }

    /** @throws IllegalStateException if the class path lacks it: the program was put together wrongly */
    static ConsoleFile read(String name) {
        try (InputStream in = ConsoleFile.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("The console lacks " + name);
            }
            byte[] bytes = in.readAllBytes();
            return new ConsoleFile(typeOf(name), Representation.of(bytes), Representation.of(gzip(bytes)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String typeOf(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "html" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            case "svg" -> "image/svg+xml";
            default -> throw new IllegalStateException("No media type is known for " + name);
        };
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static String digest(byte[] bytes) {
        try {
            byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(sha256, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("Every JDK has SHA-256", e);
        }
    }
}
