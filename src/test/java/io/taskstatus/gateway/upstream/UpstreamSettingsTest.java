package io.taskstatus.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpstreamSettingsTest {
    @ParameterizedTest
    @CsvSource({
        "HTTPS://Host.example/Prefix, https://Host.example/Prefix",
        "Http://[::1]:8080, http://[::1]:8080",
        "https://host.example/HTTPS, https://host.example/HTTPS"
    })
    void aSchemeHasNoCase(String url, String taken) {
        assertThat(Rig.settings(url).url()).hasToString(taken);
    }
}
