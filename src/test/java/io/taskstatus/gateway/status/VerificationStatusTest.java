package io.taskstatus.gateway.status;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerificationStatusTest {
    @ParameterizedTest
    @EnumSource(names = "UNKNOWN", mode = EnumSource.Mode.EXCLUDE)
    void aDocumentedWordIsRecognised(VerificationStatus status) {
        assertThat(VerificationStatus.of(status.word())).contains(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "success", "SUCCESS", " Success", "Success ", "unknown", "Done", "Running\u0000"})
    void anyOtherWordIsNone(String word) {
        assertThat(VerificationStatus.of(word)).isEmpty();
    }

    @Test
    void unknownAndRunningAreNeverTerminal() {
        assertThat(VerificationStatus.values())
                .filteredOn(VerificationStatus::isTerminal)
                .containsExactly(
                        VerificationStatus.SUCCESS, VerificationStatus.INDETERMINATE, VerificationStatus.ERROR);
    }
}
