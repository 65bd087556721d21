package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Access by tokens of quarkus-oidc, by its own settings alone. */
@QuarkusTest
@Tag("quarkus")
@TestProfile(OidcAccess.class)
class OidcAccessTest extends Gateway {
    @Inject
    MeterRegistry metrics;

    private static Response getWith(String token) {
        String id = anyId();
        upstream.says(id, SUCCESS);
        return get(id, "Authorization", "Bearer " + token);
    }

    private static String claims(String subject, String more) {
        long now = Instant.now().getEpochSecond();
        return "{\"sub\":\"%s\",\"iat\":%d,\"exp\":%d%s}".formatted(subject, now, now + 300, more);
    }

    private double answersFor(String team) {
        return metrics.find("gateway.requests").tags("team", team, "outcome", SUCCESS).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    private static void isUnauthorized(Response response) {
        response.then()
                .statusCode(401)
                .header("WWW-Authenticate", "Bearer")
                .header("Content-Type", "application/problem+json")
                .body("code", equalTo("unauthorized"));
    }

    @Test
    void theClaimTeamNamesTheTeam() {
        double before = answersFor("blue");

        getWith(OidcAccess.token(claims("one", ",\"team\":\"blue\""))).then().statusCode(200);
        getWith(OidcAccess.token(claims("two", ",\"groups\":[\"staff\",\"blue\"]")))
                .then()
                .statusCode(200);

        assertThat(answersFor("blue")).isEqualTo(before + 2);
    }

    @Test
    void whoIsOfNoConfiguredTeamIsOtherAndHasALimitOfTheirOwn() {
        String subject = anyId();
        double before = answersFor("other");

        getWith(OidcAccess.token(claims(subject, ""))).then().statusCode(200);
        getWith(OidcAccess.token(claims(subject, ""))).then().statusCode(429).body("code", equalTo("rate_limited"));
        getWith(OidcAccess.token(claims(anyId(), ",\"team\":\"" + anyId() + "\"")))
                .then()
                .statusCode(200);

        assertThat(answersFor("other")).isEqualTo(before + 2);
    }

    @Test
    void aNameThatATokensOwnerCouldChooseIsNoTeam() {
        double before = answersFor("blue");

        getWith(OidcAccess.token(claims("blue", ",\"preferred_username\":\"blue\"")));

        assertThat(answersFor("blue")).isEqualTo(before);
    }

    @Test
    void noTokenAStrangeOneAndAnOldOneAreRefused() {
        isUnauthorized(get(anyId()));
        isUnauthorized(getWith("a.b.c"));
        isUnauthorized(getWith(OidcAccess.token("{\"sub\":\"one\",\"team\":\"blue\",\"iat\":1,\"exp\":2}")));
        String good = OidcAccess.token(claims("one", ",\"team\":\"blue\""));
        isUnauthorized(getWith(good.substring(0, good.length() - 8) + "AAAAAAAA"));
        isUnauthorized(get(anyId(), "Authorization", "Basic eHl6"));
    }
}
