package io.taskstatus.gateway.behaviour;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.net.URI;
import org.junit.jupiter.api.Test;

/** Where no admin token is configured. */
@QuarkusTest
@TestProfile(TeamAccess.class)
class AdminDisabledTest {
    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Test
    void theAdminRoutesAreClosedToEverybody() {
        for (String token : new String[] {"", "Bearer ", "Bearer " + TeamAccess.BLUE}) {
            Response refused = given().header("Authorization", token).get(management.resolve("/admin/results"));
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.jsonPath().getString("code")).isEqualTo("admin_disabled");
        }
    }
}
