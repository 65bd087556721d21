package io.taskstatus.gateway.shipping;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Builds and runs images on a machine that need have neither an engine's service nor a registry: podman and buildah as
 * {@code ../shared/container/setup} sets them up, with local stand-ins for the bases that a Dockerfile names.
 */
record ContainerEngine(Program podman, Program buildah) {
    private static final Path SETUP = Path.of("..", "shared", "container", "setup");
    private static final Pattern EXPORTED = Pattern.compile("(\\w+)=(\\S+)");
    private static final Pattern FROM = Pattern.compile("(?m)^FROM (\\S+)");

    static ContainerEngine required() throws IOException, InterruptedException {
        if (!Files.isExecutable(SETUP)) {
            Program.missing(SETUP.toString());
        }
        Program podman = Program.required("podman");
        Program buildah = Program.required("buildah");
        Map<String, String> environment = new java.util.HashMap<>();
        Matcher exported = EXPORTED.matcher(setup());
        while (exported.find()) {
            environment.put(exported.group(1), exported.group(2));
        }
        return new ContainerEngine(podman.with(Map.copyOf(environment)), buildah.with(Map.copyOf(environment)));
    }

    /** The image's name. */
    String build(Path dockerfile) throws IOException, InterruptedException {
        Matcher bases = FROM.matcher(Files.readString(dockerfile));
        while (bases.find()) {
            String base = bases.group(1);
            if (podman.attempt(Duration.ofMinutes(1), "image", "exists", base).exitCode() != 0) {
                setup("base", base, base.contains("jdk") ? "jdk" : "extract");
            }
        }
        String name = "localhost/task-status-gateway:it";
        buildah.run(
                Duration.ofMinutes(30),
                "bud",
                "--layers",
                "--pull-never",
                "--format",
                "docker",
                "-t",
                name,
                "-f",
                dockerfile.toString(),
                ".");
        return name;
    }

    private static String setup(String... arguments) throws IOException, InterruptedException {
        return new Program(SETUP, Map.of()).run(Duration.ofMinutes(10), arguments);
    }
}
