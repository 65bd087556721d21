package io.taskstatus.gateway.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class StatusSnapshotTest {
    private static final ExecutionId ID = new ExecutionId("0f8fad5b-d9cb-469f-a165-70867728950e");

    @Test
    void theTagAndTheSumAreThoseOfTheBytes() {
        StatusSnapshot snapshot = snapshot(VerificationStatus.SUCCESS, "abc");

        assertThat(snapshot.sha256()).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(snapshot.etag()).isEqualTo("\"ba7816bf8f01cfea414140de5dae2223\"");
    }

    @Test
    void itIsWhatWasSaid() {
        byte[] body = {'{', '}'};
        Instant when = Instant.EPOCH;
        StatusSnapshot snapshot = new StatusSnapshot(ID, VerificationStatus.RUNNING, body, when);

        assertThat(snapshot.body()).isSameAs(body);
        assertThat(snapshot.id()).isEqualTo(ID);
        assertThat(snapshot.fetchedAt()).isEqualTo(when);
        assertThat(snapshot.isTerminal()).isFalse();
        assertThat(snapshot(VerificationStatus.ERROR, "").isTerminal()).isTrue();
    }

    @Test
    void bodiesAreComparedByTheirBytes() {
        StatusSnapshot one = snapshot(VerificationStatus.RUNNING, "{}");

        assertThat(one.sameBodyAs(snapshot(VerificationStatus.ERROR, "{}"))).isTrue();
        assertThat(one.sameBodyAs(snapshot(VerificationStatus.RUNNING, "{ }"))).isFalse();
    }

    @Test
    void itsNameInLogsHidesTheIdAndTheBody() {
        assertThat(snapshot(VerificationStatus.SUCCESS, "{\"secret\":1}"))
                .hasToString("Success of 0f8fad5b… (12 bytes)");
    }

    private static StatusSnapshot snapshot(VerificationStatus status, String body) {
        return new StatusSnapshot(ID, status, body.getBytes(StandardCharsets.UTF_8), Instant.EPOCH);
    }
}
