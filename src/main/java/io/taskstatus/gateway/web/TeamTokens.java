package io.taskstatus.gateway.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Knows the teams' tokens by their SHA-256 alone. */
public final class TeamTokens {
    private static final class Known {
        final String team;
        final byte[] sha256;

        Known(String team, byte[] sha256) {
            this.team = team;
            this.sha256 = sha256;
        }
    }

    private final List<Known> known = new ArrayList<>();

    /** @param hashes for each team its tokens' SHA-256 in hex, comma-separated: several while tokens are changed */
    public TeamTokens(Map<String, String> hashes) {
        hashes.forEach((team, list) -> {
            for (String hash : list.split(",", -1)) {
                known.add(new Known(team, HexFormat.of().parseHex(hash.strip())));
            }
        });
    }

    /** Whether there is no token that would be known. */
    boolean isEmpty() {
        return known.isEmpty();
    }

    /** The team whose token this is. Takes as long whatever the token and whoever's it is. */
    Optional<String> teamOf(String token) {
        byte[] sha256 = sha256(token);
        String team = null;
        for (Known candidate : known) {
            if (MessageDigest.isEqual(candidate.sha256, sha256)) {
                team = candidate.team;
            }
        }
        return token.isEmpty() ? Optional.empty() : Optional.ofNullable(team);
    }

    private static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
