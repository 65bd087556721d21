package io.taskstatus.gateway.behaviour;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A wall clock for one process that can be set while it runs; a C compiler makes the library that it takes. */
final class JumpingClock {
    private static final String LIBRARY = """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <fcntl.h>
            #include <stdlib.h>
            #include <sys/mman.h>
            #include <time.h>

            static int (*real)(clockid_t, struct timespec *);
            static volatile long *seconds;

            __attribute__((constructor)) static void open_clock(void) {
                real = (int (*)(clockid_t, struct timespec *)) dlsym(RTLD_NEXT, "clock_gettime");
                int file = open(getenv("JUMPING_CLOCK"), O_RDONLY);
                seconds = mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
            }

            int clock_gettime(clockid_t id, struct timespec *now) {
                int result = real(id, now);
                if (id == CLOCK_REALTIME) {
                    now->tv_sec += *seconds;
                }
                return result;
            }
            """;

    private final Path library;
    private final Path file;

    private JumpingClock(Path library, Path file) {
        this.library = library;
        this.file = file;
    }

    /** Nothing where there is no C compiler. */
    static Optional<JumpingClock> in(Path folder) throws IOException, InterruptedException {
        Path source = Files.writeString(folder.resolve("clock.c"), LIBRARY);
        JumpingClock clock = new JumpingClock(folder.resolve("clock.so"), folder.resolve("clock"));
        clock.jump(Duration.ZERO);
        try {
            Process compiler = new ProcessBuilder(
                            "cc", "-shared", "-fPIC", "-o", clock.library.toString(), source.toString(), "-ldl")
                    .inheritIO()
                    .start();
            return compiler.waitFor() == 0 ? Optional.of(clock) : Optional.empty();
        } catch (IOException noCompiler) {
            return Optional.empty();
        }
    }

    /** What a process is started with to have this clock. */
    List<String> program() {
        return List.of("env", "LD_PRELOAD=" + library, "JUMPING_CLOCK=" + file);
    }

    /** From here on it is this far from the right time. */
    void jump(Duration fromTheRightTime) throws IOException {
        try (RandomAccessFile seconds = new RandomAccessFile(file.toFile(), "rw")) {
            seconds.writeLong(Long.reverseBytes(fromTheRightTime.toSeconds()));
        }
    }
}
