package io.taskstatus.gateway.behaviour;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.taskstatus.gateway.FakeUpstream;
import org.junit.jupiter.api.Test;

/** The console of a gateway that answers those who have a token. */
class ConsoleTokenIT extends TeamAccess {
    @Test
    void asksForATokenWhereOneIsNeededAndKeepsItForTheTabAlone() {
        upstream.says("e-token", FakeUpstream.RUNNING)
                .then(FakeUpstream.RUNNING)
                .then(FakeUpstream.SUCCESS);
        PlaywrightAssertions.setDefaultAssertionTimeout(20_000);
        try (Chromium chromium = Chromium.start();
                BrowserContext profile = chromium.profile(1280, ColorScheme.DARK);
                ConsoleTab tab = new ConsoleTab(profile, address())) {
            Page page = tab.page;
            tab.open("#e-token");
            Locator token = page.getByLabel("Token", new Page.GetByLabelOptions().setExact(true));

            assertThat(token).isFocused();
            assertThat(page.locator("#problem")).containsText("unauthorized");
            page.keyboard().type("wrong");
            page.keyboard().press("Enter");
            assertThat(page.locator("#token-fault")).hasText("That token was not accepted.");
            token.fill(TeamAccess.BLUE);
            token.press("Enter");

            assertThat(page.locator("#live-words")).hasText("Live");
            assertThat(page.locator("#trail")).containsText("Running");
            upstream.says("e-token", FakeUpstream.SUCCESS);
            assertThat(page.locator("#status-word")).hasText("Success");
            assertThat(token).isHidden();
            assertThat(page.locator("#curl-once")).containsText("Bearer $TOKEN");
            assertThat(page.content()).doesNotContain(TeamAccess.BLUE);
            page.reload();
            assertThat(page.locator("#status-word")).hasText("Success");
            assertThat(page.evaluate("() => localStorage.length")).isEqualTo(0);
            assertThat(profile.cookies()).isEmpty();
            Page.GetByRoleOptions forget = new Page.GetByRoleOptions().setName("Forget it");
            page.getByRole(AriaRole.BUTTON, forget).click();
            page.reload();
            assertThat(page.locator("#token-form")).isVisible();
        }
    }
}
