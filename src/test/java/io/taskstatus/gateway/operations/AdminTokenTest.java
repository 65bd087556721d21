package io.taskstatus.gateway.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class AdminTokenTest {
    private final AdminToken token = AdminToken.of(Optional.of("s3cret")).orElseThrow();

    @Test
    void theTokenOpens() {
        assertThat(token.isIn("Bearer s3cret")).isTrue();
        assertThat(token.isIn("bearer s3cret")).isTrue();
    }

    @Test
    void nothingElseDoes() {
        assertThat(token.isIn(null)).isFalse();
        assertThat(token.isIn("")).isFalse();
        assertThat(token.isIn("s3cret")).isFalse();
        assertThat(token.isIn("Bearer")).isFalse();
        assertThat(token.isIn("Bearer s3cre")).isFalse();
        assertThat(token.isIn("Bearer s3crets")).isFalse();
        assertThat(token.isIn("Bearer S3CRET")).isFalse();
        assertThat(token.isIn("Basic s3cret")).isFalse();
    }

    @Test
    void anEmptyTokenIsNone() {
        assertThat(AdminToken.of(Optional.of("  "))).isEmpty();
        assertThat(AdminToken.of(Optional.empty())).isEmpty();
    }
}
