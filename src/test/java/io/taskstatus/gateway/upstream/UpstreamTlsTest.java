package io.taskstatus.gateway.upstream;

import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.tls.BaseTlsConfiguration;
import io.quarkus.tls.TlsConfiguration;
import io.taskstatus.gateway.FakeUpstream;
import io.taskstatus.gateway.FakeUpstream.Certificate;
import io.taskstatus.gateway.lookup.BodyRoom;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.status.VerificationStatus;
import io.vertx.core.net.PfxOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates are always verified, against a private trust store where there is one. */
@QuarkusTest
@Tag("quarkus")
class UpstreamTlsTest {
    @TempDir
    Path folder;

    /** A configuration that says what it trusts, and that everything is to be trusted: the second is not heard. */
    private static Optional<TlsConfiguration> trusting(Certificate certificate) {
        return Optional.of(new BaseTlsConfiguration() {
            @Override
            public TrustOptions getTrustStoreOptions() {
                return new PfxOptions()
                        .setPath(certificate.trusted().toString())
                        .setPassword(Certificate.PASSWORD);
            }

            @Override
            public boolean isTrustAll() {
                return true;
            }

            @Override
            public Optional<String> getHostnameVerificationAlgorithm() {
                return Optional.of("NONE");
            }

            @Override
            public String getName() {
                return "private";
            }
        });
    }

    private static void isRefused(Rig rig) {
        assertThat(rig.failure().reason()).isEqualTo(FailureReason.UPSTREAM_TLS);
        assertThat(rig.attempts).containsExactly("upstream_tls");
        assertThat(rig.upstream.fetches()).isZero();
    }

    @Test
    void aCertificateThatIsTrustedIsTaken() throws IOException {
        Certificate certificate = Certificate.valid(folder);
        try (Rig rig = rig(certificate, trusting(certificate))) {
            rig.upstream.says(Rig.ID.value(), RUNNING);
            assertThat(rig.found().status()).isEqualTo(VerificationStatus.RUNNING);
            assertThat(rig.found().status()).isEqualTo(VerificationStatus.RUNNING);
            assertThat(rig.upstream.connections()).isEqualTo(1);
        }
    }

    @Test
    void anotherHostsCertificateIsRefused() throws IOException {
        Certificate certificate = Certificate.ofAnotherHost(folder);
        try (Rig rig = rig(certificate, trusting(certificate))) {
            isRefused(rig);
        }
    }

    @Test
    void anExpiredCertificateIsRefusedThoughItsAuthorityIsTrusted() throws IOException {
        Certificate certificate = Certificate.expired(folder);
        try (Rig rig = rig(certificate, trusting(certificate))) {
            isRefused(rig);
        }
    }

    @Test
    void aServerThatNeverShakesHandsIsUnreachable() throws IOException {
        FakeUpstream plain = FakeUpstream.start();
        UpstreamSettings settings = Rig.settings(plain.url().replace("http:", "https:"));
        try (Rig rig = Rig.of(plain, settings)) {
            assertThat(rig.failure().reason()).isEqualTo(FailureReason.UPSTREAM_UNREACHABLE);
        }
    }

    private Rig rig(Certificate certificate, Optional<TlsConfiguration> tls) throws IOException {
        FakeUpstream upstream = FakeUpstream.startSecure(certificate);
        UpstreamSettings settings = patient(upstream.url());
        return new Rig(upstream, settings, new UpstreamWire(settings, tls), BodyRoom.ofHeap());
    }

    /** The first handshake of a process may take its time. */
    private static UpstreamSettings patient(String url) {
        UpstreamSettings usual = Rig.settings(url);
        return new UpstreamSettings(
                usual.url(),
                usual.apiKey(),
                usual.userAgent(),
                Duration.ofSeconds(9),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                usual.maxBody(),
                usual.maxConcurrent(),
                usual.maxWaiting());
    }
}
