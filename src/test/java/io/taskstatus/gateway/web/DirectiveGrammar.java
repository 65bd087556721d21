package io.taskstatus.gateway.web;

import io.taskstatus.gateway.lookup.Question.Directive;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The grammars of the request headers once more, as regular expressions: what tests compare the parsers with. */
final class DirectiveGrammar {
    private static final Pattern LIST = elements("\"(?:\\\\.|[^\"\\\\])*(?:\"|\\\\?\\z)", ",");
    private static final Pattern PARAMETERS = elements("\"(?:\\\\.|[^\"\\\\])*(?:\"|\\\\?\\z)", ";");
    /** Inside an entity tag a backslash is a character as any other (RFC 9110, section 8.8.3). */
    private static final Pattern TAGS = elements("\"[^\"]*(?:\"|\\z)", ",");

    private static final Pattern WAIT = Pattern.compile("(?is)wait\\s*(?:=(.*))?");
    private static final Pattern ONLY_IF_CACHED = Pattern.compile("(?is)only-if-cached\\s*(?:=.*)?");
    private static final Pattern NO_CACHE = Pattern.compile("(?is)no-cache\\s*(?:=.*)?|max-age\\s*=\\s*(?:0+|\"0+\")");

    private DirectiveGrammar() {}

    static Optional<Duration> wait(List<String> values, Duration max) {
        return split(LIST, values).stream()
                .map(element ->
                        split(PARAMETERS, List.of(element)).stream().findFirst().orElse(""))
                .map(WAIT::matcher)
                .filter(Matcher::matches)
                .findFirst()
                .map(wait -> wait.group(1) == null ? "" : wait.group(1).strip())
                .map(value -> value.matches("(?s)\".*\"") && value.length() > 1
                        ? value.substring(1, value.length() - 1)
                        : value)
                .filter(seconds -> seconds.matches("[0-9]+"))
                .map(seconds -> new BigInteger(seconds).min(BigInteger.valueOf(max.toSeconds())))
                .map(seconds -> Duration.ofSeconds(seconds.longValueExact()));
    }

    static Directive cacheControl(List<String> values) {
        List<String> elements = split(LIST, values);
        if (elements.stream().anyMatch(ONLY_IF_CACHED.asMatchPredicate())) {
            return Directive.ONLY_IF_CACHED;
        }
        return elements.stream().anyMatch(NO_CACHE.asMatchPredicate()) ? Directive.NO_CACHE : Directive.NONE;
    }

    static boolean names(List<String> values, String etag) {
        return split(TAGS, values).stream().anyMatch(List.of("*", etag, "W/" + etag)::contains);
    }

    private static Pattern elements(String quoted, String separator) {
        return Pattern.compile("(?:" + quoted + "|[^\"" + separator + "])*", Pattern.DOTALL);
    }

    private static List<String> split(Pattern element, List<String> values) {
        List<String> elements = new ArrayList<>();
        for (String value : values) {
            Matcher matcher = element.matcher(value);
            int start = 0;
            while (start <= value.length()
                    && matcher.region(start, value.length()).lookingAt()) {
                elements.add(matcher.group().strip());
                start = matcher.end() + 1;
            }
        }
        elements.removeIf(String::isEmpty);
        return elements;
    }
}
