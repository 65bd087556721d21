package io.taskstatus.gateway.behaviour;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.util.Base64;
import java.util.Map;

/** A gateway that takes tokens signed with a key of the tests: no server has to be asked. */
abstract class OidcAccess extends Gateway {
    private final KeyPair keys = keys();

    @Override
    Map<String, String> settings() {
        Map<String, String> settings = super.settings();
        settings.put("gateway.access", "oidc");
        settings.put(
                "quarkus.oidc.public-key",
                Base64.getEncoder().encodeToString(keys.getPublic().getEncoded()));
        settings.put("quarkus.oidc.roles.role-claim-path", "groups");
        settings.put("gateway.teams.blue.requests-per-second", "10000");
        settings.put("gateway.limits.requests-per-second", "0.05");
        return settings;
    }

    /** A token with these claims, as JSON. */
    String token(String claims) {
        try {
            String signed = encode("{\"alg\":\"RS256\",\"typ\":\"JWT\"}") + "." + encode(claims);
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(keys.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encode(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
