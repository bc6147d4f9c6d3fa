package io.stele.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.Stele;
import io.stele.runtime.ActorSystem;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugin.logging.SystemStreamLog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The goal with a project that has nothing but classes: those of this test. */
final class ReplayMojoTest {
    private static final File CLASSES = new File("target/test-classes").getAbsoluteFile();

    @TempDir
    private Path data;

    private final List<String> log = new ArrayList<>();

    @BeforeEach
    void write() throws Exception {
        try (ActorSystem system = Stele.builder(data)
                .journal(options -> options.withPayloadBytesMax(64 << 10).withSegmentBytes(1 << 20))
                .open()) {
            for (int i = 0; i < 9; i++) {
                system.entity(Diary.class, "anna")
                        .ask(new Diary.Note("anna-" + i, "text " + i))
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS);
                long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
                while (system.snapshotsSaved() < (i + 1) / 4) {
                    assertThat(System.nanoTime())
                            .as("a snapshot is saved every 4 events")
                            .isLessThan(deadlineNs);
                    Thread.onSpinWait();
                }
            }
        }
    }

    private ReplayMojo mojo(Class<?> actor) {
        ReplayMojo mojo = new ReplayMojo();
        mojo.setLog(new SystemStreamLog() {
            @Override
            public void info(CharSequence content) {
                log.add("info: " + content);
            }

            @Override
            public void error(CharSequence content) {
                log.add("error: " + content);
            }
        });
        mojo.dataDirectory = data.toFile();
        mojo.classesDirectory = CLASSES;
        mojo.classPath = List.of(CLASSES.toString());
        mojo.actorClasses = List.of(actor.getName());
        return mojo;
    }

    @Test
    void shouldPassIfTheCodeMakesTheSameOfHistory() throws Exception {
        mojo(Diary.class).execute();

        assertThat(log)
                .singleElement()
                .asString()
                .startsWith("info: the code makes the same of history: actors=1, uncompared=0, eventsPerSecond=");
    }

    @Test
    void shouldFailTheBuildAndNameTheFirstNumberThatDiffers() {
        assertThatThrownBy(mojo(ChangedDiary.class)::execute)
                .isInstanceOf(MojoFailureException.class)
                .hasMessageContaining("actorsDiffering=1, first: actor=diary/anna, sequenceNumber=")
                .hasMessageMatching("(?s).*sequenceNumber=[5-9],.*");
        assertThat(log).singleElement().asString().startsWith("error: actor=diary/anna, ");
    }

    @Test
    void shouldFindTheActorsOfTheProjectByItself() {
        ReplayMojo mojo = mojo(Diary.class);
        mojo.actorClasses = List.of();

        // the two actors of this test are of one kind, which is a mistake that must be told
        assertThatThrownBy(mojo::execute)
                .isInstanceOf(MojoExecutionException.class)
                .hasMessageContaining("io.stele.maven.ChangedDiary");
    }

    @Test
    void shouldNotPassWhereNothingCanBeCompared(@TempDir Path elsewhere) throws IOException {
        Files.move(Stele.snapshotDirectory(data), elsewhere.resolve("snapshots"));

        assertThatThrownBy(mojo(ChangedDiary.class)::execute)
                .isInstanceOf(MojoExecutionException.class)
                .hasMessageContaining("which proves nothing: actors=1; name the jar");
    }

    @Test
    void shouldSayWhatIsMissing() {
        ReplayMojo elsewhere = mojo(Diary.class);
        elsewhere.dataDirectory = data.resolve("absent").toFile();
        assertThatThrownBy(elsewhere::execute)
                .isInstanceOf(MojoExecutionException.class)
                .hasMessageContaining("exitCode=1", "there is no data directory", "[S201]");

        ReplayMojo uncompiled = mojo(Diary.class);
        uncompiled.classesDirectory = data.resolve("classes").toFile();
        assertThatThrownBy(uncompiled::execute)
                .isInstanceOf(MojoExecutionException.class)
                .hasMessageContaining("compile it first");
    }

    @Test
    void shouldDoNothingWhereItIsSkipped() throws Exception {
        ReplayMojo mojo = mojo(ChangedDiary.class);
        mojo.skip = true;

        mojo.execute();

        assertThat(log).containsExactly("info: replay is skipped");
    }

    @Test
    void shouldBeWhatItsDescriptorSays() throws Exception {
        Element plugin = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new File("target/classes/META-INF/maven/plugin.xml"))
                .getDocumentElement();
        NodeList parameters = plugin.getElementsByTagName("parameter");
        List<String> described = new ArrayList<>();
        for (int i = 0; i < parameters.getLength(); i++) {
            Element parameter = (Element) parameters.item(i);
            described.add(text(parameter, "name") + " " + text(parameter, "type"));
        }

        List<String> declared = Stream.of(ReplayMojo.class.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()))
                .map((Field field) -> field.getName() + " " + field.getType().getTypeName())
                .toList();
        assertThat(described).containsExactlyInAnyOrderElementsOf(declared);
        assertThat(text(plugin, "implementation")).isEqualTo(ReplayMojo.class.getName());
        assertThat(text(plugin, "version")).isEqualTo(versionOfThePom());
    }

    private static String versionOfThePom() throws IOException {
        return Files.readString(Path.of("pom.xml")).replaceAll("(?s).*?<version>([^<]*)</version>.*", "$1");
    }

    private static String text(Element within, String tag) {
        return within.getElementsByTagName(tag).item(0).getTextContent();
    }
}
