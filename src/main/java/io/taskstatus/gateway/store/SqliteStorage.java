package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.Time;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The embedded store's folder, with one SQLite file in it: {@code results.db}. */
final class SqliteStorage implements ResultStorage {
    private static final String NAME = "results.db";
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

    private final Path folder;
    private final Path file;
    /** A rescue under way. */
    private final Path fresh;
    /** A rescue that is complete, but for its name. */
    private final Path rescued;

    private final String namespace;
    private final Time time;
    private volatile @Nullable Object opened;

    SqliteStorage(Path folder, String namespace, Time time) {
        this.folder = folder;
        this.file = folder.resolve(NAME);
        this.fresh = folder.resolve(NAME + ".rescue");
        this.rescued = folder.resolve(NAME + ".rescued");
        this.namespace = namespace;
        this.time = time;
    }

    @Override
    public Writer openWriter() throws SQLException, IOException {
        makeFolder();
        if (!Files.exists(file) && Files.exists(rescued)) {
            Files.move(rescued, file, StandardCopyOption.ATOMIC_MOVE);
        }
        SqliteWriter writer = new SqliteWriter(SqliteSchema.openForWriting(file), namespace);
        opened = key(file).orElse(null);
        return writer;
    }

    /** The library's own message would be the path alone. */
    private void makeFolder() throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        try {
            Files.createDirectories(folder);
        } catch (FileSystemException e) {
            throw new IOException(
                    "the folder " + folder + " can't be made, " + e.getClass().getSimpleName(), e);
        }
    }

    @Override
    public Reader openReader() throws SQLException, IOException {
        return new SqliteReader(SqliteSchema.openForReading(file), namespace);
    }

    @Override
    public boolean isGone() {
        Object before = opened;
        return before != null && !key(file).map(before::equals).orElse(false);
    }

    private static Optional<Object> key(Path path) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return Optional.ofNullable(attributes.fileKey()).or(() -> Optional.of(path));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public long bytes() {
        return file.toFile().length() + logBytes();
    }

    @Override
    public long logBytes() {
        return log(file).toFile().length();
    }

    /** Complete first, then the names: a crash in between leaves the damaged file or the rescued one, whole. */
    @Override
    public Rescued rescue() throws SQLException, IOException {
        Files.deleteIfExists(rescued);
        delete(fresh);
        long rows;
        try (SqliteWriter writer = new SqliteWriter(SqliteSchema.openForWriting(fresh), namespace);
                PageScan scan = new PageScan(file, log(file))) {
            rows = new Rescue(writer).carryOver(scan);
        }
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(fresh, rescued, StandardCopyOption.ATOMIC_MOVE);
        Path aside = folder.resolve("results-damaged-" + STAMP.format(time.now()) + ".db");
        Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
        if (Files.exists(log(file))) {
            Files.move(log(file), log(aside), StandardCopyOption.ATOMIC_MOVE);
        }
        Files.deleteIfExists(shared(file));
        Files.move(rescued, file, StandardCopyOption.ATOMIC_MOVE);
        return new Rescued(rows, aside.getFileName().toString());
    }

    private static void delete(Path database) throws IOException {
        Files.deleteIfExists(database);
        Files.deleteIfExists(log(database));
        Files.deleteIfExists(shared(database));
    }

    private static Path log(Path database) {
        return database.resolveSibling(database.getFileName() + "-wal");
    }

    private static Path shared(Path database) {
        return database.resolveSibling(database.getFileName() + "-shm");
    }
}
