package io.taskstatus.gateway.shipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A program that a test runs and this machine may lack. Where it does, the test is skipped with a line that names it; with
 * {@code GATEWAY_TESTS_REQUIRE=all} it fails.
 */
record Program(Path path, Map<String, String> environment) {
    /** The first of {@code names} that is on the PATH. */
    static Program required(String... names) {
        return Stream.of(names)
                .flatMap(name -> find(name).stream())
                .findFirst()
                .map(path -> new Program(path, Map.of()))
                .orElseGet(() -> missing(String.join(" or ", names)));
    }

    static Optional<Path> find(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Skips or fails the test that calls. */
    @SuppressWarnings("TypeParameterUnusedInFormals")
    static <T> T missing(String what) {
        String line = "this machine has no " + what;
        if ("all".equals(System.getenv("GATEWAY_TESTS_REQUIRE"))) {
            return fail(line);
        }
        System.out.println("Skipped: " + line);
        Assumptions.abort(line);
        throw new AssertionError(line);
    }

    Program with(Map<String, String> more) {
        return new Program(path, more);
    }

    /** Its standard output; fails where it ends with anything but 0. */
    String run(Duration limit, String... arguments) throws IOException, InterruptedException {
        Result result = attempt(limit, arguments);
        assertThat(result.exitCode())
                .as("%s: %s", String.join(" ", arguments), result.errors())
                .isZero();
        return result.output();
    }

    /** Runs it to its end, or kills it after {@code limit}. */
    Result attempt(Duration limit, String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile("program", ".out");
        Path errors = Files.createTempFile("program", ".err");
        try {
            Process process = builder(arguments)
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                return fail(path + " " + String.join(" ", arguments) + " took longer than " + limit);
            }
            return new Result(
                    process.exitValue(),
                    Files.readString(output, StandardCharsets.UTF_8),
                    Files.readString(errors, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }

    ProcessBuilder builder(String... arguments) {
        List<String> command = new ArrayList<>(List.of(path.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return builder;
    }

    record Result(int exitCode, String output, String errors) {}
}
