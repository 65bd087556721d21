package io.taskstatus.gateway.behaviour;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.restassured.RestAssured;
import io.taskstatus.gateway.FakeUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The console in a browser; see {@link ConsoleTab} for what holds in every test. */
@Order(1)
class ConsoleIT extends Gateway {
    private static final int WIDE = 1280;
    private static final int NARROW = 360;

    private Chromium chromium;
    private BrowserContext profile;
    /** What a page's own EventSource saw; it takes its seconds while the other tests run. */
    @SuppressWarnings("NullAway.Init")
    private ConsoleTab source;

    private ConsoleTab tab;
    private Page page;

    @BeforeAll
    void startBrowser() {
        chromium = Chromium.start();
        profile = chromium.profile(WIDE, ColorScheme.LIGHT);
        PlaywrightAssertions.setDefaultAssertionTimeout(20_000);
    }

    @AfterAll
    void endBrowser() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void openTab() {
        if (source == null) {
            source = new ConsoleTab(profile, address());
            openSource();
        }
        tab = new ConsoleTab(profile, address());
        page = tab.page;
    }

    private void openSource() {
        upstream.says("e-source", FakeUpstream.RUNNING).then(FakeUpstream.SUCCESS);
        source.open("");
        source.page.evaluate("""
                () => {
                    window.seen = [];
                    const source = new EventSource('/task/function/execution-status/e-source');
                    source.addEventListener('status', ({ data }) => seen.push(JSON.parse(data).verificationStatus));
                    source.onerror = () => seen.push(['connecting', 'open', 'closed'][source.readyState]);
                }""");
    }

    @AfterEach
    void nobodyElseWasAskedAndNothingBroke() {
        tab.close();
    }

    @Test
    void anEventSourceReconnectsUntilA204EndsIt() {
        source.page.waitForFunction("() => seen.at(-1) === 'closed'");

        assertThat(source.page.evaluate("() => seen")).isEqualTo(List.of("Running", "Success", "connecting", "closed"));
        source.close();
    }

    @Test
    void followsATaskFromRunningToSuccess() {
        upstream.says("e-live", FakeUpstream.RUNNING);
        tab.open("");

        page.getByLabel("Execution id").fill("  e-live ");
        page.getByRole(AriaRole.BUTTON, named("Follow")).click();

        assertThat(page.locator("#status-word")).hasText("Running");
        assertThat(page.locator("#live-words")).hasText("Live");
        upstream.says("e-live", FakeUpstream.SUCCESS);
        assertThat(page.locator("#status-word")).hasText("Success");
        assertThat(page.locator("#live")).isHidden();
        assertThat(page.locator("#trail")).containsText("Running");
        assertThat(page.locator("#trail")).containsText("Success after");
        assertThat(page.locator("#announce")).containsText("Success. All nodes agree");
        assertThat(page).hasURL(address() + "#e-live");
        assertThat(page.locator("#how")).containsText("From memory. The upstream was not asked.");
        assertThat(page.locator("#how")).containsText("It never changes");
    }

    @Test
    void aSharedAddressShowsTheTask() {
        upstream.says("e-shared", FakeUpstream.ERROR);

        tab.open("#e-shared");

        assertThat(page.locator("#status-word")).hasText("Error");
        assertThat(page.locator("#meaning")).containsText("The execution failed.");
        assertThat(page.getByLabel("Execution id")).hasValue("e-shared");
        assertThat(page.locator("#curl-wait"))
                .hasText("curl -sS -H 'Prefer: wait=55' '" + address() + "task/function/execution-status/e-shared'");
    }

    @Test
    void laysTheBodyOutWithoutChangingANumberAndShowsItsBytes() {
        String body =
                "{ \"n\":123456789012345678901234567890,\"x\":1.50e+2, \"s\":\"\\u00e9 \\\"{,\\\"\",\n\"none\":{ },"
                        + "\"verificationStatus\":\"Success\",\"executionId\":\"e-body\"}";
        upstream.answers("e-body", FakeUpstream.body(body));

        tab.open("#e-body");

        assertThat(page.locator("#pretty")).containsText("Success");
        assertThat(page.locator("#pretty").textContent()).isEqualTo("""
                {
                  "n": 123456789012345678901234567890,
                  "x": 1.50e+2,
                  "s": "\\u00e9 \\"{,\\"",
                  "none": {},
                  "verificationStatus": "Success",
                  "executionId": "e-body"
                }""");
        assertThat(page.locator("#raw").textContent()).isEqualTo(body);
        assertThat(page.locator("#size")).hasText(body.length() + " bytes");
        page.getByRole(AriaRole.BUTTON, named("Hex")).click();
        assertThat(page.locator("#raw")).containsText("000000  7b 20 22 6e 22 3a 31 32  { \"n\":12");
    }

    @Test
    void tellsOfAnUnknownIdInPlainWords() {
        tab.open("#e-nobody");

        assertThat(page.locator("#status-word")).hasText("Execution not found");
        assertThat(page.locator("#meaning")).containsText("it may appear in a moment");
        assertThat(page.locator("#problem")).containsText("execution_not_found");
        upstream.says("e-nobody", FakeUpstream.SUCCESS);
        // what was not found is asked for again after half a second
        await().untilAsserted(() -> {
            page.getByRole(AriaRole.BUTTON, named("Try again")).click();
            assertThat(page.locator("#status-word"))
                    .hasText("Success", new LocatorAssertions.HasTextOptions().setTimeout(200));
        });
    }

    @Test
    void tellsOfAnIdThatCannotBeOne() {
        tab.open("");

        page.getByLabel("Execution id").fill("a/b'<b>");
        page.getByLabel("Execution id").press("Enter");

        assertThat(page.locator("#problem")).containsText("invalid_execution_id");
        assertThat(page.locator("#meaning")).containsText("This can’t be an execution id");
        assertThat(page.locator("#result-title")).hasText("a/b'<b>");
        assertThat(page.locator("#curl-once")).containsText("a%2Fb%27%3Cb%3E");
    }

    @Test
    void tellsThatTheUpstreamIsDown() {
        upstream.answers("e-down", FakeUpstream.resets());

        tab.open("#e-down");

        assertThat(page.locator("#problem")).containsText("upstream_unreachable");
        assertThat(page.locator("#meaning")).containsText("The upstream can’t be reached.");
        assertThat(page.getByRole(AriaRole.BUTTON, named("Try again"))).isVisible();
    }

    @Test
    void connectsAnewWhereTheStreamBreaks() {
        upstream.says("e-breaks", FakeUpstream.RUNNING);
        AtomicInteger streams = new AtomicInteger();
        page.route("**/execution-status/e-breaks", route -> {
            boolean stream = "text/event-stream".equals(route.request().headerValue("accept"));
            if (stream && streams.incrementAndGet() < 3) {
                route.abort("connectionreset");
            } else {
                route.resume();
            }
        });

        page.clock().install();
        tab.open("#e-breaks");

        assertThat(page.locator("#notice")).containsText("The connection was lost.");
        assertThat(page.locator("#live-words")).hasText("Trying again in 1 second");
        page.clock().fastForward(1_000);
        assertThat(page.locator("#live-words")).hasText("Trying again in 2 seconds");
        page.clock().fastForward(2_000);
        upstream.says("e-breaks", FakeUpstream.INDETERMINATE);
        assertThat(page.locator("#status-word")).hasText("Indeterminate");
        assertThat(page.locator("#notice")).isHidden();
        assertThat(streams).hasValue(3);
        tab.forgive("ERR_CONNECTION_RESET");
    }

    @Test
    void saysThatTheGatewayIsGone() {
        upstream.says("e-gone", FakeUpstream.RUNNING);
        page.clock().install();
        tab.open("#e-gone");
        assertThat(page.locator("#live-words")).hasText("Live");

        profile.setOffline(true);
        page.getByRole(AriaRole.BUTTON, named("Ask the upstream now")).click();

        assertThat(page.locator("#status-word")).hasText("No answer");
        page.clock().fastForward(2_000);
        assertThat(page.locator("#glance-note")).hasText("The gateway gives no totals just now");
        profile.setOffline(false);
        tab.forgive("ERR_INTERNET_DISCONNECTED");
    }

    @Test
    void chartsMoveWithWhatHappens() {
        upstream.says("e-chart", FakeUpstream.SUCCESS);
        tab.open("");
        assertThat(page.locator("#facts")).containsText("Version 1.0.0");
        Locator requests = page.locator("#note-requests");
        assertThat(requests).containsText("since the start");
        String before = requests.textContent();

        for (int i = 0; i < 20; i++) {
            RestAssured.get(address().resolve("/task/function/execution-status/e-chart"))
                    .then()
                    .statusCode(200);
        }

        assertThat(requests).not().hasText(before);
        page.waitForFunction("() => Chart.getChart('chart-requests').data.datasets"
                + ".some(({data}) => data.filter(({y}) => y > 0).length > 0)");
        assertThat(page.locator("#value-hits")).containsText("%");
        assertThat(page.getByRole(AriaRole.IMG).first()).isVisible();
        assertThat(page.locator("#state-circuit")).not().hasText("–");
        assertThat(page.locator("#value-latency")).containsText("ms");
        page.getByRole(AriaRole.BUTTON, named("Pause")).click();
        assertThat(page.locator("#glance-note")).hasText("Paused");
    }

    @Test
    void theKeyboardIsEnough() {
        upstream.says("e-keys", FakeUpstream.RUNNING);
        tab.open("");

        page.keyboard().press("Tab");
        assertThat(page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Skip to the content")))
                .isFocused();
        page.keyboard().press("Tab");
        assertThat(page.getByLabel("Execution id")).isFocused();
        page.keyboard().type("e-keys");
        page.keyboard().press("Enter");
        assertThat(page.locator("#live-words")).hasText("Live");
        reachByTab("Stop");
        page.keyboard().press("Enter");
        assertThat(page.locator("#notice")).containsText("No longer watched.");
        assertThat(page.locator("#again")).isFocused();
        reachByTab("Hex");
        page.keyboard().press("Space");
        assertThat(page.locator("#raw-form")).hasAttribute("aria-pressed", "true");
        reachByTab("Pause");
    }

    private void reachByTab(String name) {
        for (int i = 0; i < 30; i++) {
            page.keyboard().press("Tab");
            if (page.evaluate("() => document.activeElement.textContent").equals(name)) {
                return;
            }
        }
        throw new AssertionError(name + " can't be reached with the keyboard");
    }

    @Test
    void isAccessibleAndFitsInBothThemesWideAndNarrow() throws IOException {
        String axe = axe();
        upstream.says("e-look", FakeUpstream.SUCCESS);
        tab.open("#e-look");
        page.evaluate(axe);
        assertThat(page.locator("#status-word")).hasText("Success");
        assertThat(page.locator("#note-requests")).containsText("since the start");
        looksGoodEverywhere();

        page.getByLabel("Execution id").fill("not/an/id");
        page.getByLabel("Execution id").press("Enter");
        assertThat(page.locator("#problem")).isVisible();
        looksGoodEverywhere();
    }

    private void looksGoodEverywhere() {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : List.of(WIDE, NARROW)) {
                page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
                page.setViewportSize(width, 900);
                boolean contrastSeen = (scheme == ColorScheme.LIGHT) == (width == NARROW);
                assertThat(violations(contrastSeen)).isEqualTo(List.of());
                assertThat(page.evaluate(
                                "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                        .isEqualTo(0);
            }
        }
    }

    /** @param contrastSeen whether this theme was looked at in another width: contrast is what takes axe longest */
    private Object violations(boolean contrastSeen) {
        return page.evaluate("""
                async (contrastSeen) => (await axe.run({
                    resultTypes: ['violations'],
                    rules: { 'color-contrast': { enabled: !contrastSeen } },
                })).violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`)""", contrastSeen);
    }

    private static String axe() throws IOException {
        try (InputStream in = ConsoleIT.class.getResourceAsStream("/axe.min.js")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }
}
