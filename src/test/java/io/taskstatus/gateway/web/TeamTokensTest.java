package io.taskstatus.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TeamTokensTest {
    /** Of "first", "second" and the empty text. */
    private static final String FIRST = "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e";

    private static final String SECOND = "16367AACB67A4A017C8DA8AB95682CCB390863780F7114DDA0A0E0C55644C7C4";
    private static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @Test
    void aTeamMayHaveSeveralTokensWhileTheyAreChanged() {
        TeamTokens tokens = new TeamTokens(Map.of("blue", FIRST + " , " + SECOND));

        assertThat(tokens.teamOf("first")).contains("blue");
        assertThat(tokens.teamOf("second")).contains("blue");
    }

    @Test
    void everyTokenLeadsToItsOwnTeam() {
        TeamTokens tokens = new TeamTokens(Map.of("blue", FIRST, "red", SECOND));

        assertThat(tokens.teamOf("first")).contains("blue");
        assertThat(tokens.teamOf("second")).contains("red");
        assertThat(tokens.teamOf("First")).isEmpty();
        assertThat(tokens.teamOf("")).isEmpty();
        assertThat(tokens.teamOf(FIRST)).isEmpty();
    }

    @Test
    void theEmptyTokenIsNoTokenEvenWhereItsHashIsConfigured() {
        assertThat(new TeamTokens(Map.of("blue", EMPTY)).teamOf("")).isEmpty();
    }
}
