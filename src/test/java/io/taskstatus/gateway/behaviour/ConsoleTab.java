package io.taskstatus.gateway.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * The console in a tab of its own. Closing it fails where the page asked anybody but the gateway, broke its own policy or
 * threw.
 */
final class ConsoleTab implements AutoCloseable {
    private static final String ANSWERED = "Failed to load resource: the server responded with";

    final BrowserContext profile;
    final Page page;
    private final URI address;
    private final List<String> asked = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();

    ConsoleTab(BrowserContext profile, URI address) {
        this.profile = profile;
        this.address = address;
        page = profile.newPage();
        page.onRequest(request -> asked.add(request.url()));
        page.onPageError(faults::add);
        page.onConsoleMessage(message -> {
            if (List.of("error", "warning").contains(message.type())
                    && !message.text().startsWith(ANSWERED)) {
                faults.add(message.text());
            }
        });
    }

    /** The page as the address with {@code fragment} shows it. */
    void open(String fragment) {
        page.navigate(address + fragment);
    }

    /** What the test itself brought about is no fault. */
    void forgive(String fault) {
        faults.removeIf(text -> text.contains(fault));
    }

    @Override
    public void close() {
        page.close();
        assertThat(asked).allMatch(url -> url.startsWith(address.toString()));
        assertThat(faults).isEmpty();
    }
}
