import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Run in the image's build, where its contents lie: unpacks the native libraries of this processor, makes the volume's
 * folder, drops what nobody reads, and gives every file the modes and the time that do not depend on who built it. It takes the JDK alone.
 */
final class Contents {
    private static final Path APP = Path.of("/app");
    /** Below a folder of its own: what lies in a copied folder keeps its modes, the folder itself does not. */
    private static final Path DATA = Path.of("/volume/data");

    private static final Path CACHE = Path.of("/cache");
    private static final Path RUNTIME = Path.of("/opt/jre");

    private Contents() {}

    public static void main(String... args) throws IOException {
        String arch = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
        unpack("org.xerial.sqlite-jdbc-", "org/sqlite/native/Linux/" + arch + "/libsqlitejdbc.so");
        unpack("com.aayushatharva.brotli4j.native-linux-", "libbrotli.so");
        Files.createDirectories(DATA);
        Files.createDirectories(CACHE);
        // for heaps that no container of this image has; 15 MB
        Files.deleteIfExists(RUNTIME.resolve("lib/server/classes_nocoops.jsa"));

        FileTime time = FileTime.from(Instant.ofEpochSecond(Long.parseLong(System.getenv("SOURCE_DATE_EPOCH"))));
        for (Path root : List.of(APP, RUNTIME, DATA, CACHE)) {
            List<Path> paths;
            try (Stream<Path> walk = Files.walk(root)) {
                paths = walk.filter(path -> !Files.isSymbolicLink(path)).toList();
            }
            for (Path path : paths) {
                boolean runs = Files.isDirectory(path) || path.startsWith(RUNTIME) && Files.isExecutable(path);
                String modes = path.equals(DATA) ? "rwxrwxr-x" : runs ? "rwxr-xr-x" : "rw-r--r--";
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(modes));
                Files.setLastModifiedTime(path, time);
            }
        }
    }

    /** A library that a later version no longer has ends the build here, and not the program in some /tmp. */
    private static void unpack(String jarName, String entryName) throws IOException {
        Path into = Files.createDirectories(APP.resolve("native"));
        Path found;
        try (Stream<Path> jars = Files.list(APP.resolve("lib/main"))) {
            found = jars.filter(jar -> jar.getFileName().toString().startsWith(jarName))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no " + jarName + "*.jar"));
        }
        try (JarFile jar = new JarFile(found.toFile())) {
            JarEntry entry = jar.stream()
                    .filter(e -> e.getName().endsWith(entryName))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no " + entryName + " in " + found));
            try (InputStream library = jar.getInputStream(entry)) {
                Files.copy(library, into.resolve(Path.of(entry.getName()).getFileName()));
            }
        }
    }
}
