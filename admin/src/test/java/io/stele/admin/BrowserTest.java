package io.stele.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Walks through the page as a person does, on a wide and on a narrow screen. Screenshots stay in {@code target/screenshots}. */
@Tag("slow")
final class BrowserTest {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final List<String> VIEWS = List.of(
            "overview",
            "types",
            "tree",
            "mailboxes",
            "journal",
            "compaction",
            "events",
            "letters",
            "quarantine",
            "timers",
            "remote",
            "log");

    private TestBank bank;
    private ChromeDriver browser;
    private int width;

    @BeforeEach
    void open(@TempDir Path directory) {
        assumeTrue(
                Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER),
                "Chromium is not installed: apt-get install chromium chromium-driver");
        bank = new TestBank(directory, AdminOptions.of());
        bank.deposit("42", 120);
        bank.deposit("7", 3);
        bank.worker.tell("hire");
        bank.worker.tell("fail");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage");
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .build(),
                options);
    }

    @AfterEach
    void close() {
        if (browser != null) {
            browser.quit();
        }
        if (bank != null) {
            bank.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1_280, 400})
    void shouldBeUsableOnAWideAndOnANarrowScreen(int pixels) throws IOException {
        width = pixels;
        resize(pixels);
        browser.get(bank.admin.url().toString());
        await("nav a");
        assertThat(browser.getCurrentUrl()).doesNotContain("token");

        for (String view : VIEWS) {
            visit(view);
        }
        lookAtTheTree();
        filterEvents();
        followTheTail();
        slideThroughALife();
        changeALevel();
        previewACompaction();
        useTheKeyboard();
        switchToTheOtherTheme();
        assertThat(errors()).as("what the browser complained about").isEmpty();
    }

    /** Headless Chromium's window is never narrower than 500, so the page's own width is set. */
    private void resize(int pixels) {
        browser.manage().window().setSize(new Dimension(pixels, 900));
        browser.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                java.util.Map.of("width", pixels, "height", 900, "deviceScaleFactor", 1, "mobile", false));
    }

    private void visit(String view) throws IOException {
        if (width < 760) {
            await("#menu").click();
        }
        click("nav a[data-view=" + view + "]");
        await("[data-view=" + view + "][data-ready=true]");

        assertThat(await("main h1").getText()).as(view).isNotBlank();
        assertThat(browser.findElements(By.cssSelector("main .bad"))).as(view).isEmpty();
        Object overflows = ((JavascriptExecutor) browser)
                .executeScript("return document.documentElement.scrollWidth > window.innerWidth");
        assertThat(overflows)
                .as("view is wider than the screen: view=%s, width=%d", view, width)
                .isEqualTo(false);
        if (view.equals("overview")) {
            until(() -> text("#live").equals("live") || width < 760);
            await(".uplot canvas");
        }
        screenshot(view);
    }

    private void lookAtTheTree() {
        go("tree");
        until(() -> text(".tree").contains("office") && text(".tree").contains("1 restart"));
    }

    private void filterEvents() throws IOException {
        go("events");
        type("input[name=actor]", "bank-account/7");
        click("form.filters button.primary");
        until(() -> browser.findElements(By.cssSelector("main tbody tr")).size() == 3);
        type("input[name=grep]", "\"cents\":2");
        click("form.filters button.primary");
        until(() -> browser.findElements(By.cssSelector("main tbody tr")).size() == 1);
        assertThat(text("main [data-cli]")).contains("events bank-account/7").contains("--grep");
        screenshot("events-filtered");
    }

    private void followTheTail() {
        go("overview");
        go("events");
        click("input[name=live]");
        until(() -> {
            bank.deposit("followed", 1);
            return text("main tbody").contains("bank-account/followed");
        });
    }

    private void slideThroughALife() throws IOException {
        type("#search", "bank-account/42" + Keys.ENTER);
        await("[data-view=actor][data-ready=true]");
        until(() -> text("main pre").contains("7260") && text("main pre").contains("120"));
        WebElement slider = await("#at");

        slider.sendKeys(Keys.ARROW_LEFT);
        until(() -> text("main pre").contains("7140") && text("main pre").contains("119"));
        slider.sendKeys(Keys.HOME);
        until(() -> text("#where").equals("before the first event")
                && text("main pre").contains("\"transactions\": 0"));
        type("input[type=number]", "4" + Keys.ENTER);
        until(() -> text("main pre").contains("\"cents\": 10")
                && text("main .timeline").contains("--at 4"));
        screenshot("actor");
    }

    private void changeALevel() throws IOException {
        go("log");
        type("input[name=logger]", "io.stele.runtime");
        click("form button.primary");
        until(() -> bank.log.levels(10).stream().anyMatch(level -> level.name().equals("io.stele.runtime")));
        until(() -> text("main .table:last-of-type").contains("io.stele.runtime"));
        until(() -> {
            bank.log.say("WARN", "a line <b>with</b> markup");
            return text(".log").contains("a line <b>with</b> markup");
        });
        screenshot("log-lines");
    }

    private void previewACompaction() throws IOException {
        go("compaction");
        click("main h1 button:not(.copy)");
        until(() -> text("main").contains("would give back"));
        screenshot("compaction-preview");
    }

    private void useTheKeyboard() {
        WebElement body = await("#main");
        body.sendKeys("g");
        body.sendKeys("j");
        await("[data-view=journal][data-ready=true]");
        await("#main").sendKeys("?");
        until(() -> text("dialog[open]").contains("Supervision tree"));
        click("dialog[open] button");
        await("#main").sendKeys("/");
        assertThat(browser.switchTo().activeElement().getAttribute("id")).isEqualTo("search");
    }

    private void switchToTheOtherTheme() throws IOException {
        go("overview");
        Object before =
                ((JavascriptExecutor) browser).executeScript("return getComputedStyle(document.body).backgroundColor");
        click("#theme");
        await("[data-view=overview][data-ready=true] .uplot canvas");
        Object after =
                ((JavascriptExecutor) browser).executeScript("return getComputedStyle(document.body).backgroundColor");
        assertThat(after).isNotEqualTo(before);
        screenshot("overview-other-theme");
    }

    private void go(String view) {
        browser.executeScript("location.hash = '#/" + view + "'");
        await("[data-view=" + view + "][data-ready=true]");
    }

    private void click(String selector) {
        until(() -> {
            await(selector).click();
            return true;
        });
    }

    private void type(String selector, String keys) {
        WebElement field = await(selector);
        field.clear();
        field.sendKeys(keys);
    }

    private WebElement await(String selector) {
        return new WebDriverWait(browser, Duration.ofSeconds(30))
                .withMessage("no such element: selector=" + selector)
                .until(driver -> driver.findElement(By.cssSelector(selector)));
    }

    /** The page may replace an element that is just being looked at: then it is looked at again. */
    private void until(java.util.function.BooleanSupplier condition) {
        new WebDriverWait(browser, Duration.ofSeconds(30))
                .ignoring(StaleElementReferenceException.class)
                .withMessage(() -> "page says: " + text("main"))
                .until(driver -> condition.getAsBoolean());
    }

    private String text(String selector) {
        List<WebElement> found = browser.findElements(By.cssSelector(selector));
        return found.isEmpty() ? "" : found.get(0).getText();
    }

    private List<String> errors() {
        return browser.manage().logs().get("browser").getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= java.util.logging.Level.SEVERE.intValue())
                .map(entry -> entry.getMessage())
                .toList();
    }

    private void screenshot(String name) throws IOException {
        Path directory = Files.createDirectories(Path.of("target/screenshots"));
        Files.write(directory.resolve(width + "-" + name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
    }
}
