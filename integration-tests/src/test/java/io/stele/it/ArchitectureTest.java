package io.stele.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The picture in ARCHITECTURE.md, as a test. */
final class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.stele");

    /** Which rooms each room may look into. */
    private static final Map<String, Set<String>> ARROWS = new TreeMap<>(Map.ofEntries(
            Map.entry("spi", Set.of()),
            Map.entry("codec", Set.of("spi")),
            Map.entry("encryption", Set.of("spi")),
            Map.entry("testkit", Set.of("spi", "codec")),
            Map.entry("journal", Set.of("spi")),
            Map.entry("snapshot", Set.of("spi")),
            Map.entry("recovery", Set.of("spi")),
            Map.entry("runtime", Set.of("spi", "recovery")),
            Map.entry("remote", Set.of("spi", "codec", "recovery", "runtime")),
            Map.entry("actortestkit", Set.of("spi", "codec", "testkit", "recovery", "runtime")),
            Map.entry(
                    "admin",
                    Set.of("spi", "codec", "encryption", "journal", "snapshot", "recovery", "runtime", "stele")),
            Map.entry("examples", Set.of("spi", "runtime", "remote", "stele")),
            Map.entry("maven", Set.of("tools")),
            Map.entry(
                    "tools",
                    Set.of(
                            "spi",
                            "codec",
                            "encryption",
                            "journal",
                            "snapshot",
                            "recovery",
                            "runtime",
                            "remote",
                            "stele",
                            "admin",
                            "examples")),
            Map.entry("stele", Set.of("spi", "codec", "journal", "snapshot", "recovery", "runtime"))));

    /** Which library is whose. */
    private static final Map<String, String> LIBRARIES = Map.ofEntries(
            Map.entry("net.openhft", "journal"),
            Map.entry("org.rocksdb", "snapshot"),
            Map.entry("com.google.crypto.tink", "encryption"),
            Map.entry("org.jctools", "runtime"),
            Map.entry("com.netflix.concurrency", "runtime"),
            Map.entry("io.netty", "remote"),
            Map.entry("com.esotericsoftware", "remote"),
            Map.entry("io.github.resilience4j", "remote"),
            Map.entry("io.opentelemetry", "runtime"),
            Map.entry("io.micrometer.prometheusmetrics", "admin"),
            Map.entry("picocli", "tools"),
            Map.entry("org.apache.maven", "maven"),
            Map.entry("ch.qos.logback", "tools"));

    private static String room(JavaClass type) {
        String name = type.getPackageName();
        return name.equals("io.stele")
                ? "stele"
                : name.replaceFirst("^io\\.stele\\.", "").replaceFirst("\\..*", "");
    }

    static Stream<String> rooms() {
        return ARROWS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void shouldLookOnlyWhereArrowsPoint(String from) {
        noClasses()
                .that(DescribedPredicate.describe(
                        "reside in " + from, type -> room(type).equals(from)))
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "reside in a room that " + from + " has no arrow to",
                        type -> type.getPackageName().startsWith("io.stele")
                                && !room(type).equals(from)
                                && !ARROWS.getOrDefault(from, Set.of()).contains(room(type))))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void shouldKnowEveryRoom() {
        Set<String> found = new java.util.TreeSet<>();
        CLASSES.forEach(type -> found.add(room(type)));

        found.removeAll(Set.of("it", "benchmarks"));
        assertThat(ARROWS.keySet()).containsAll(found);
        assertThat(found).contains("spi", "journal", "runtime", "stele", "tools");
    }

    static Stream<Map.Entry<String, String>> libraries() {
        return LIBRARIES.entrySet().stream();
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void shouldKeepEachLibraryInOneRoom(Map.Entry<String, String> library) {
        noClasses()
                .that(DescribedPredicate.describe(
                        "reside outside " + library.getValue(),
                        type -> !room(type).equals(library.getValue())))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library.getKey() + "..")
                .check(CLASSES);
    }

    @Test
    void shouldShowNoLibraryTypeInAPublicSignature() {
        List<String> own =
                List.of("java.", "io.stele", "org.jspecify", "io.micrometer.", "io.opentelemetry.api.", "picocli.");
        noMethods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat(
                        DescribedPredicate.describe("others can see", ArchitectureTest::isSeenFromOutside))
                .and()
                .areDeclaredInClassesThat()
                .resideOutsideOfPackages("io.stele.tools..", "io.stele.testkit..", "io.stele.actortestkit..")
                .should(new ArchCondition<JavaMethod>("have a library type in their signature") {
                    @Override
                    public void check(JavaMethod method, ConditionEvents events) {
                        Stream.concat(method.getRawParameterTypes().stream(), Stream.of(method.getRawReturnType()))
                                .map(JavaClass::getBaseComponentType)
                                .filter(type -> !type.isPrimitive())
                                .filter(type -> own.stream().noneMatch(type.getName()::startsWith))
                                .forEach(type -> events.add(SimpleConditionEvent.satisfied(
                                        method, method.getFullName() + " shows " + type.getName())));
                    }
                })
                .check(CLASSES);
    }

    /** What is nested in an interface is public by itself; outside it is seen only if everything around it is. */
    private static boolean isSeenFromOutside(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass()
                        .map(ArchitectureTest::isSeenFromOutside)
                        .orElse(true);
    }

    @Test
    void shouldHaveNoCycleBetweenPackages() {
        slices().matching("io.stele.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void shouldReadTheMachinesClockInOnePlaceBelowTheTools() {
        noClasses()
                .that()
                .resideInAnyPackage("io.stele.runtime..", "io.stele.recovery..", "io.stele.codec..")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Math.class, "random")
                .check(CLASSES);
    }
}
