package io.taskstatus.gateway.behaviour;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where no admin token is configured. */
@QuarkusTest
@Tag("quarkus")
@TestProfile(TeamAccess.class)
class AdminDisabledTest {
    private final String results = Gateway.management("/admin/results");

    @Test
    void theAdminRoutesAreClosedToEverybody() {
        for (String token : new String[] {"", "Bearer ", "Bearer " + TeamAccess.BLUE}) {
            Response refused = given().header("Authorization", token).get(results);
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.jsonPath().getString("code")).isEqualTo("admin_disabled");
        }
    }
}
