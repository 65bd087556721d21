import java.io.File;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;

/** Embedded engines side by side on what the gateway's store does. See {@code engines}. */
public class Engines {
    interface Engine extends AutoCloseable {
        /** Writes, in one durable commit. */
        void put(List<byte[]> keys, List<byte[]> values) throws Exception;

        byte[] get(byte[] key) throws Exception;
    }

    static Engine open(String name, Path folder) throws Exception {
        Files.createDirectories(folder);
        return switch (name) {
            case "sqlite" -> new Sqlite(folder);
            case "rocksdb" -> new Rocks(folder);
            case "lmdb" -> new Lmdb(folder);
            case "mvstore" -> new MvStore(folder);
            default -> throw new IllegalArgumentException(name);
        };
    }

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[2]);
        switch (args[0]) {
            case "load" -> load(args[1], folder, Integer.parseInt(args[3]));
            case "read" -> read(args[1], folder, Integer.parseInt(args[3]));
            case "keep" -> keep(args[1], folder);
            case "check" -> check(args[1], folder, Integer.parseInt(args[3]));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    static byte[] key(int i) {
        Random random = new Random(i);
        return new UUID(random.nextLong(), random.nextLong()).toString().getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] value(int i) {
        StringBuilder text = new StringBuilder("{\"executionId\":\"" + new String(key(i), StandardCharsets.US_ASCII)
                + "\",\"verificationStatus\":\"Success\",\"result\":\"");
        Random random = new Random(~i);
        while (text.length() < 398) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.append("\"}").toString().getBytes(StandardCharsets.US_ASCII);
    }

    static void load(String name, Path folder, int count) throws Exception {
        long start = System.nanoTime();
        try (Engine engine = open(name, folder)) {
            for (int from = 0; from < count; from += 1000) {
                List<byte[]> keys = new ArrayList<>();
                List<byte[]> values = new ArrayList<>();
                for (int i = from; i < Math.min(count, from + 1000); i++) {
                    keys.add(key(i));
                    values.add(value(i));
                }
                engine.put(keys, values);
            }
            say(name, "load of %d, 1000 a commit: %.1f s", count, seconds(start));
            say(name, "on disk: %d MB", size(folder) >> 20);
            long[] alone = new long[300];
            for (int i = 0; i < alone.length; i++) {
                long before = System.nanoTime();
                engine.put(List.of(key(count + i)), List.of(value(count + i)));
                alone[i] = System.nanoTime() - before;
            }
            say(name, "one durable write: p50 %d us, p99 %d us", percentile(alone, 50), percentile(alone, 99));
            long[] groups = new long[60];
            for (int i = 0; i < groups.length; i++) {
                List<byte[]> keys = new ArrayList<>();
                List<byte[]> values = new ArrayList<>();
                for (int k = 0; k < 50; k++) {
                    keys.add(key(2 * count + i * 50 + k));
                    values.add(value(2 * count + i * 50 + k));
                }
                long before = System.nanoTime();
                engine.put(keys, values);
                groups[i] = System.nanoTime() - before;
            }
            say(name, "50 writes in one durable commit: p50 %d us, p99 %d us", percentile(groups, 50), percentile(groups, 99));
        }
        say(name, "on disk after closing: %d MB", size(folder) >> 20);
    }

    static void read(String name, Path folder, int count) throws Exception {
        long start = System.nanoTime();
        try (Engine engine = open(name, folder)) {
            if (engine.get(key(7)) == null) {
                throw new IllegalStateException("lost");
            }
            say(name, "open and first read in a new process: %.0f ms", seconds(start) * 1000);
            Random random = new Random(1);
            long[] hits = new long[30_000];
            long[] misses = new long[10_000];
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < hits.length; i++) {
                    int which = random.nextInt(count);
                    byte[] key = key(which);
                    long before = System.nanoTime();
                    byte[] found = engine.get(key);
                    hits[i] = System.nanoTime() - before;
                    if (i % 100 == 0 && !Arrays.equals(found, value(which))) {
                        throw new IllegalStateException("wrong bytes");
                    }
                }
                for (int i = 0; i < misses.length; i++) {
                    byte[] key = key(-1 - random.nextInt(1 << 30));
                    long before = System.nanoTime();
                    if (engine.get(key) != null) {
                        throw new IllegalStateException("found what is not there");
                    }
                    misses[i] = System.nanoTime() - before;
                }
            }
            say(name, "hit: p50 %d us, p99 %d us", percentile(hits, 50), percentile(hits, 99));
            say(name, "miss: p50 %d us, p99 %d us", percentile(misses, 50), percentile(misses, 99));
        }
    }

    /** Writes one by one and says so, until it is killed. */
    static void keep(String name, Path folder) throws Exception {
        Engine engine = open(name, folder);
        for (int i = 0; ; i++) {
            engine.put(List.of(key(i)), List.of(value(i)));
            System.out.println(i);
        }
    }

    static void check(String name, Path folder, int last) throws Exception {
        long start = System.nanoTime();
        int lost = 0;
        try (Engine engine = open(name, folder)) {
            double opened = seconds(start) * 1000;
            for (int i = 0; i <= last; i++) {
                lost += Arrays.equals(engine.get(key(i)), value(i)) ? 0 : 1;
            }
            say(name, "kill -9 after %d durable writes: %d lost; opened again in %.0f ms", last + 1, lost, opened);
        }
    }

    static void say(String name, String text, Object... arguments) {
        System.out.println(name + ": " + String.format(Locale.ROOT, text, arguments));
    }

    static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    static long percentile(long[] nanos, int percent) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)] / 1000;
    }

    static long size(Path folder) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(Path::toFile).filter(File::isFile).mapToLong(File::length).sum();
        }
    }

    static final class Sqlite implements Engine {
        final Connection connection;
        final Statement control;
        final PreparedStatement insert;
        final PreparedStatement select;

        Sqlite(Path folder) throws Exception {
            var config = new org.sqlite.SQLiteConfig();
            config.setJournalMode(org.sqlite.SQLiteConfig.JournalMode.WAL);
            config.setSynchronous(org.sqlite.SQLiteConfig.SynchronousMode.FULL);
            connection = config.createConnection("jdbc:sqlite:" + folder.resolve("results.db"));
            control = connection.createStatement();
            control.execute("CREATE TABLE IF NOT EXISTS result (id TEXT NOT NULL, body BLOB NOT NULL)");
            control.execute("CREATE UNIQUE INDEX IF NOT EXISTS by_id ON result (id)");
            insert = connection.prepareStatement("INSERT INTO result VALUES (?, ?) ON CONFLICT DO NOTHING");
            select = connection.prepareStatement("SELECT body FROM result WHERE id = ?");
        }

        @Override
        public void put(List<byte[]> keys, List<byte[]> values) throws Exception {
            control.execute("BEGIN IMMEDIATE");
            for (int i = 0; i < keys.size(); i++) {
                insert.setString(1, new String(keys.get(i), StandardCharsets.US_ASCII));
                insert.setBytes(2, values.get(i));
                insert.executeUpdate();
            }
            control.execute("COMMIT");
        }

        @Override
        public byte[] get(byte[] key) throws Exception {
            select.setString(1, new String(key, StandardCharsets.US_ASCII));
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? rows.getBytes(1) : null;
            }
        }

        @Override
        public void close() throws Exception {
            connection.close();
        }
    }

    static final class Rocks implements Engine {
        final org.rocksdb.RocksDB database;
        final org.rocksdb.WriteOptions durable;

        Rocks(Path folder) throws Exception {
            org.rocksdb.RocksDB.loadLibrary();
            durable = new org.rocksdb.WriteOptions().setSync(true);
            var table = new org.rocksdb.BlockBasedTableConfig().setFilterPolicy(new org.rocksdb.BloomFilter(10));
            database = org.rocksdb.RocksDB.open(
                    new org.rocksdb.Options().setCreateIfMissing(true).setTableFormatConfig(table), folder.toString());
        }

        @Override
        public void put(List<byte[]> keys, List<byte[]> values) throws Exception {
            try (var batch = new org.rocksdb.WriteBatch()) {
                for (int i = 0; i < keys.size(); i++) {
                    batch.put(keys.get(i), values.get(i));
                }
                database.write(durable, batch);
            }
        }

        @Override
        public byte[] get(byte[] key) throws Exception {
            return database.get(key);
        }

        @Override
        public void close() {
            database.close();
        }
    }

    static final class Lmdb implements Engine {
        final org.lmdbjava.Env<ByteBuffer> env;
        final org.lmdbjava.Dbi<ByteBuffer> dbi;
        final ByteBuffer key = ByteBuffer.allocateDirect(128);

        Lmdb(Path folder) {
            env = org.lmdbjava.Env.create().setMapSize(8L << 30).setMaxDbs(1).open(folder.toFile());
            dbi = env.openDbi("result", org.lmdbjava.DbiFlags.MDB_CREATE);
        }

        @Override
        public void put(List<byte[]> keys, List<byte[]> values) {
            try (var transaction = env.txnWrite()) {
                for (int i = 0; i < keys.size(); i++) {
                    key.clear().put(keys.get(i)).flip();
                    ByteBuffer value = ByteBuffer.allocateDirect(values.get(i).length);
                    value.put(values.get(i)).flip();
                    dbi.put(transaction, key, value, org.lmdbjava.PutFlags.MDB_NOOVERWRITE);
                }
                transaction.commit();
            }
        }

        @Override
        public byte[] get(byte[] wanted) {
            try (var transaction = env.txnRead()) {
                key.clear().put(wanted).flip();
                ByteBuffer found = dbi.get(transaction, key);
                if (found == null) {
                    return null;
                }
                byte[] bytes = new byte[found.remaining()];
                found.get(bytes);
                return bytes;
            }
        }

        @Override
        public void close() {
            env.close();
        }
    }

    static final class MvStore implements Engine {
        final org.h2.mvstore.MVStore store;
        final org.h2.mvstore.MVMap<String, byte[]> map;

        MvStore(Path folder) {
            store = new org.h2.mvstore.MVStore.Builder()
                    .fileName(folder.resolve("results.mv").toString())
                    .autoCommitDisabled()
                    .open();
            map = store.openMap("result");
        }

        @Override
        public void put(List<byte[]> keys, List<byte[]> values) {
            for (int i = 0; i < keys.size(); i++) {
                map.putIfAbsent(new String(keys.get(i), StandardCharsets.US_ASCII), values.get(i));
            }
            store.commit();
            store.sync();
        }

        @Override
        public byte[] get(byte[] key) {
            return map.get(new String(key, StandardCharsets.US_ASCII));
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
