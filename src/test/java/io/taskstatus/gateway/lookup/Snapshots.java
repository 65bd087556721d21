package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Snapshots for tests. */
final class Snapshots {
    private Snapshots() {}

    static StatusSnapshot of(ExecutionId id, VerificationStatus status, String remark, Instant fetchedAt) {
        String json = "{\"executionId\":\"%s\",\"verificationStatus\":\"%s\",\"remark\":\"%s\"}"
                .formatted(id.value(), status.word(), remark);
        return new StatusSnapshot(id, status, json.getBytes(StandardCharsets.UTF_8), fetchedAt);
    }
}
