package io.taskstatus.gateway.store;

import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A result as it lies in the file. The SHA-256 vouches for the body, the seal (CRC-32C) for all else, the SHA-256
 * included: a row whose bytes changed at rest is known by itself, without any other row or page.
 */
final class StoredRow {
    private final long namespace;
    private final String id;
    private final String status;
    private final long fetchedAt;
    private final byte[] sha256;
    private final long seal;
    private final byte[] body;

    /**
     * @param namespace as {@link #keyOf} gives it
     * @param fetchedAt milliseconds since 1970
     */
    StoredRow(long namespace, String id, String status, long fetchedAt, byte[] sha256, long seal, byte[] body) {
        this.namespace = namespace;
        this.id = id;
        this.status = status;
        this.fetchedAt = fetchedAt;
        this.sha256 = sha256;
        this.seal = seal;
        this.body = body;
    }

    static StoredRow of(long namespace, StatusSnapshot result) {
        String id = result.id().value();
        String status = result.status().word();
        long fetchedAt = result.fetchedAt().toEpochMilli();
        byte[] sha256 = HexFormat.of().parseHex(result.sha256());
        long seal = seal(namespace, id, status, fetchedAt, sha256);
        return new StoredRow(namespace, id, status, fetchedAt, sha256, seal, result.body());
    }

    /**
     * What stands for a namespace in a row: the first 64 bits of its name's SHA-256, so that a row tells by itself where
     * it belongs, whatever becomes of the rest of the file.
     */
    static long keyOf(String namespace) {
        String digest = StatusSnapshot.sha256Of(namespace.getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.wrap(HexFormat.of().parseHex(digest)).getLong();
    }

    /** The result, or nothing where the row is not what was written. */
    Optional<StatusSnapshot> open() {
        if (seal != seal(namespace, id, status, fetchedAt, sha256)) {
            return Optional.empty();
        }
        Optional<ExecutionId> executionId = ExecutionId.parse(id);
        Optional<VerificationStatus> word = VerificationStatus.of(status).filter(VerificationStatus::isTerminal);
        if (executionId.isEmpty() || word.isEmpty()) {
            return Optional.empty();
        }
        StatusSnapshot result =
                new StatusSnapshot(executionId.get(), word.get(), body, Instant.ofEpochMilli(fetchedAt));
        return result.sha256().equals(HexFormat.of().formatHex(sha256)) ? Optional.of(result) : Optional.empty();
    }

    private static long seal(long namespace, String id, String status, long fetchedAt, byte[] sha256) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(16).putLong(namespace).putLong(fetchedAt).flip());
        crc.update((id + ' ' + status).getBytes(StandardCharsets.UTF_8));
        crc.update(sha256);
        return crc.getValue();
    }

    long namespace() {
        return namespace;
    }

    String id() {
        return id;
    }

    String status() {
        return status;
    }

    long fetchedAt() {
        return fetchedAt;
    }

    byte[] sha256() {
        return sha256;
    }

    long seal() {
        return seal;
    }

    byte[] body() {
        return body;
    }
}
