package io.taskstatus.gateway.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the jar loads by name, native code has to be told of. */
@Tag("soak")
class NativeReflectionIT {
    /** A class that Caffeine generates: the last of its line, whose superclasses come along by themselves. */
    private static final Pattern GENERATED =
            Pattern.compile("com\\.github\\.benmanes\\.caffeine\\.cache\\.[PFS][A-Z]+ ");

    @TempDir
    private Path folder;

    @Test
    void everyGeneratedClassOfCaffeineIsRegistered() throws Exception {
        Assumptions.assumeFalse(GatewayProcess.isNative(), "only a JVM tells what it loads");
        Path log = folder.resolve("classes.log");
        try (GatewayProcess gateway = GatewayProcess.start(
                        "-Xlog:class+load:file=" + log,
                        "-Dgateway.upstream.url=http://127.0.0.1:1",
                        "-Dgateway.limits.requests-per-second=1000",
                        "-Dgateway.store.path=" + folder.resolve("store"));
                HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + gateway.port() + Gateway.PATH + "e-1");
            client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding());
        }

        Set<String> registered = Set.of(Class.forName("io.taskstatus.gateway.NativeReflection")
                .getAnnotation(RegisterForReflection.class)
                .classNames());
        assertThat(registered).containsAll(leaves(log));
    }

    private static Set<String> leaves(Path log) throws IOException, ClassNotFoundException {
        Set<String> loaded = GENERATED
                .matcher(Files.readString(log))
                .results()
                .map(match -> match.group().strip())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(loaded).isNotEmpty();
        Set<String> leaves = new TreeSet<>(loaded);
        for (String name : loaded) {
            leaves.remove(Class.forName(name, false, NativeReflectionIT.class.getClassLoader())
                    .getSuperclass()
                    .getName());
        }
        return leaves;
    }
}
