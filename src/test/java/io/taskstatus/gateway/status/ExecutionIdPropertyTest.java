package io.taskstatus.gateway.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever a path ends with, an id is what one percent-decoding makes of it, if that is one. */
class ExecutionIdPropertyTest {
    private static final Pattern ENCODED = Pattern.compile("(?:[^%]|%[0-9a-fA-F]{2})*", Pattern.DOTALL);
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._~-]{1,128}");
    private static final String[] PIECES = {
        "a",
        "Z",
        "0",
        "-",
        "_",
        "~",
        ".",
        "..",
        "%",
        "%2",
        "%2F",
        "%2f",
        "%61",
        "%2E",
        "%25",
        "%252F",
        "%00",
        "%7e",
        "%C3%A9",
        "%GG",
        "%%",
        "+",
        " ",
        ";",
        "\u0000",
        "é",
        "\uD800",
        "/",
        "?",
        "#",
        "{",
        "0123456789abcdef"
    };

    @Property(tries = 20_000)
    void anIdIsWhatOneDecodingGives(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder encoded = new StringBuilder();
        boolean plain = random.nextBoolean();
        for (int i = random.nextInt(random.nextInt(10) == 0 ? 140 : 12); i > 0; i--) {
            encoded.append(plain ? PIECES[random.nextInt(7)] : PIECES[random.nextInt(PIECES.length)]);
        }
        check(encoded.toString());
    }

    @Property(tries = 10_000)
    void anIdIsWhatOneDecodingOfAnyTextGives(@ForAll String encoded) {
        check(encoded);
    }

    private static void check(String encoded) {
        assertThat(ExecutionId.parseEncoded(encoded).map(ExecutionId::value)).isEqualTo(expected(encoded));
    }

    private static Optional<String> expected(String encoded) {
        if (!ENCODED.matcher(encoded).matches()) {
            return Optional.empty();
        }
        String decoded = URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.ISO_8859_1);
        boolean dots = decoded.equals(".") || decoded.equals("..");
        return Optional.of(decoded).filter(id -> !dots && ID.matcher(id).matches());
    }
}
