package io.taskstatus.gateway.behaviour;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** A gateway that takes tokens signed with a key of the tests: no server has to be asked. */
public final class OidcAccess extends AgainstUpstream {
    private static final String PUBLIC_KEY = "behaviour.oidc.public-key";
    private static final String PRIVATE_KEY = "behaviour.oidc.private-key";

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> settings = new HashMap<>(super.getConfigOverrides());
        settings.put("gateway.access", "oidc");
        settings.put("quarkus.oidc.public-key", key(PUBLIC_KEY));
        settings.put("quarkus.oidc.roles.role-claim-path", "groups");
        settings.put("gateway.teams.blue.requests-per-second", "10000");
        settings.put("gateway.limits.requests-per-second", "0.05");
        return settings;
    }

    /** A token with these claims, as JSON. */
    static String token(String claims) {
        try {
            String signed = encode("{\"alg\":\"RS256\",\"typ\":\"JWT\"}") + "." + encode(claims);
            PrivateKey key = KeyFactory.getInstance("RSA")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key(PRIVATE_KEY))));
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encode(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    /** Made once for the process: the profile and the tests live in different class loaders. */
    private static synchronized String key(String name) {
        if (System.getProperty(name) == null) {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(2048);
                KeyPair pair = generator.generateKeyPair();
                Base64.Encoder base64 = Base64.getEncoder();
                System.setProperty(
                        PUBLIC_KEY, base64.encodeToString(pair.getPublic().getEncoded()));
                System.setProperty(
                        PRIVATE_KEY, base64.encodeToString(pair.getPrivate().getEncoded()));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
        return System.getProperty(name, "");
    }
}
