package io.taskstatus.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.Question.Directive;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

/** Whatever a client sends in the headers that are read, the answer is one that the grammars give. */
class RequestDirectivesPropertyTest {
    private static final Duration MAX = Duration.ofSeconds(55);
    private static final String[] PIECES = {
        "wait",
        "Wait",
        "=",
        ",",
        ";",
        "\"",
        "\\",
        " ",
        "\t",
        "0",
        "7",
        "55",
        "99999999999",
        "no-cache",
        "max-age",
        "only-if-cached",
        "W/",
        "*",
        "\"e\"",
        "\"x\\\",",
        "text/event-stream",
        "application/json",
        "*/*",
        "q",
        "0.5",
        "1.000",
        "respond-async",
        "-",
        "+",
        "é",
        "\u0000",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    };
    private static final String ETAG = "\"e\"";

    private SplittableRandom random = new SplittableRandom();

    @Property(tries = 20_000)
    void anySoupOfTokensIsRead(@ForAll long seed) {
        random = new SplittableRandom(seed);
        readAll(IntStream.range(0, random.nextInt(1, 4))
                .mapToObj(line -> join(random.nextInt(14)))
                .toList());
    }

    @Property(tries = 10_000)
    void anyTextIsRead(@ForAll @Size(max = 4) List<@StringLength(max = 80) String> values) {
        readAll(values);
    }

    private static void readAll(List<String> values) {
        assertThat(RequestDirectives.preferredWait(values, MAX)).isEqualTo(DirectiveGrammar.wait(values, MAX));
        assertThat(RequestDirectives.cacheControl(values)).isEqualTo(DirectiveGrammar.cacheControl(values));
        assertThat(RequestDirectives.noneMatchNames(values, ETAG)).isEqualTo(DirectiveGrammar.names(values, ETAG));
        RequestDirectives.wantsEvents(values);
        RequestDirectives.traceparent(values)
                .ifPresent(parent -> assertThat(parent).hasSize(55).isLowerCase());
    }

    @Property(tries = 5_000)
    void theFirstWaitCountsWhereverItStands(@ForAll long seed) {
        random = new SplittableRandom(seed);
        List<Integer> waits = IntStream.range(0, random.nextInt(3))
                .mapToObj(i -> random.nextInt(120))
                .toList();
        List<String> elements =
                new ArrayList<>(noise("respond-async", "return=minimal", "foo=\"wait=9, x\"", "x;wait=3"));
        for (int wait : waits) {
            elements.add(
                    pick("wait=%d", "Wait = %d", "WAIT=\"%d\"", "wait=%d; x=y").formatted(wait));
            elements.addAll(noise("handling=lenient", "awaits=4", ""));
        }

        assertThat(RequestDirectives.preferredWait(lines(elements), MAX))
                .isEqualTo(waits.stream().findFirst().map(wait -> Duration.ofSeconds(Math.min(wait, 55))));
    }

    @Property(tries = 5_000)
    void directivesCountWhateverStandsBesideThem(@ForAll long seed) {
        random = new SplittableRandom(seed);
        List<String> elements =
                new ArrayList<>(noise("no-store", "max-age=10", "max-stale", "x=\"no-cache\"", "no-cached"));
        Directive expected = Directive.NONE;
        if (random.nextBoolean()) {
            elements.add(pick("no-cache", "No-Cache", "max-age=0", "MAX-AGE=\"0\"", "max-age=000"));
            expected = Directive.NO_CACHE;
        }
        if (random.nextInt(3) == 0) {
            elements.add(random.nextInt(elements.size() + 1), pick("only-if-cached", "Only-If-Cached"));
            expected = Directive.ONLY_IF_CACHED;
        }

        assertThat(RequestDirectives.cacheControl(lines(elements))).isEqualTo(expected);
    }

    @Property(tries = 5_000)
    void anEntityTagIsFoundAmongOthersAndOnlyThen(@ForAll long seed) {
        random = new SplittableRandom(seed);
        List<String> elements =
                new ArrayList<>(noise("\"a\"", "W/\"a,b\"", "\"E\"", "e", "\"e,\"", "\"x,\\\"e\\\"\"", ""));
        boolean named = random.nextBoolean();
        if (named) {
            elements.add(random.nextInt(elements.size() + 1), pick("\"e\"", "W/\"e\"", "*"));
        }

        assertThat(RequestDirectives.noneMatchNames(lines(elements), ETAG)).isEqualTo(named);
    }

    @Property(tries = 5_000)
    void eventsAreWantedWhereNamedAndNotLessThanJson(@ForAll long seed) {
        random = new SplittableRandom(seed);
        Optional<Integer> events = weight();
        Optional<Integer> json = weight();
        List<String> elements =
                new ArrayList<>(noise("text/html", "image/*;q=0.3", "text/event-streams", "*/*;q=0.001"));
        events.ifPresent(weight -> elements.add(range("text/event-stream", weight)));
        json.ifPresent(weight -> elements.add(random.nextInt(elements.size() + 1), range("application/json", weight)));

        boolean wanted = events.isPresent() && events.get() > 0 && events.get() >= json.orElse(0);
        assertThat(RequestDirectives.wantsEvents(lines(elements))).isEqualTo(wanted);
    }

    private Optional<Integer> weight() {
        return random.nextInt(3) == 0 ? Optional.empty() : Optional.of(random.nextInt(11) * 100);
    }

    private String range(String type, int weight) {
        if (weight == 1_000) {
            return pick(type, type + ";q=1", type + "; Q=1.000", type + ";charset=utf-8;q=1.0");
        }
        return pick(type + ";q=0.%03d", type.toUpperCase(Locale.ROOT) + " ; q=0.%03d", type + ";a=\"x;q=1\";q=0.%03d")
                .formatted(weight);
    }

    private List<String> noise(String... from) {
        return IntStream.range(0, random.nextInt(3)).mapToObj(i -> pick(from)).toList();
    }

    private String pick(String... from) {
        return from[random.nextInt(from.length)];
    }

    private String join(int pieces) {
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < pieces; i++) {
            joined.append(pick(PIECES));
        }
        return joined.toString();
    }

    /** The elements as one field line or several. */
    private List<String> lines(List<String> elements) {
        return random.nextBoolean() ? elements : List.of(String.join(pick(",", ", ", " ,\t"), elements));
    }
}
