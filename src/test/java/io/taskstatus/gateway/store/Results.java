package io.taskstatus.gateway.store;

import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Results for tests: the id decides on all else. */
final class Results {
    static final Instant FETCHED_AT = Instant.parse("2026-11-23T12:00:00.123Z");

    private Results() {}

    static ExecutionId id(String id) {
        return new ExecutionId(id);
    }

    static StatusSnapshot success(String id) {
        return result(id, "the first result of " + id);
    }

    static StatusSnapshot result(String id, String message) {
        return new StatusSnapshot(id(id), VerificationStatus.SUCCESS, body(id, message), FETCHED_AT);
    }

    private static byte[] body(String id, String message) {
        String json = "{ \"executionId\": \"%s\", \"verificationStatus\": \"Success\", \"n\": 1.50e2, \"m\": \"%s\" }"
                .formatted(id, message);
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
