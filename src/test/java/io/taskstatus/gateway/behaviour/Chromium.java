package io.taskstatus.gateway.behaviour;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.impl.driver.Driver;
import com.microsoft.playwright.options.ColorScheme;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** The machine's own Chromium without a window, driven by Playwright, which downloads none. */
final class Chromium implements AutoCloseable {
    private static final List<String> QUIET = List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    private final Playwright playwright;
    private final Browser browser;

    private Chromium(Path program) {
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        // unpacked once for the process, in which two browsers are started
        System.setProperty(
                "playwright.cli.dir",
                Driver.ensureDriverInstalled(Map.of(), false).driverDir().toString());
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(program)
                        .setArgs(QUIET));
    }

    /** Skips the test where there is no Chromium; fails it where everything is required. */
    static Chromium start() {
        Optional<Path> program = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "chromium"))
                .filter(Files::isExecutable)
                .findFirst();
        if (program.isEmpty()) {
            String absence = "Skipped, for chromium is not installed: the console in a browser";
            if ("all".equals(System.getenv("GATEWAY_TESTS_REQUIRE"))) {
                Assertions.fail(absence);
            }
            System.err.println(absence);
            Assumptions.abort(absence);
        }
        return new Chromium(program.orElseThrow());
    }

    /** A profile of its own that has seen nothing. */
    BrowserContext profile(int width, ColorScheme scheme) {
        return browser.newContext(
                new Browser.NewContextOptions().setViewportSize(width, 900).setColorScheme(scheme));
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
