package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.testkit.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentFilesTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 59, 60, 86_399, 86_400, 1_000_000, 1_800_000_000, Integer.MAX_VALUE})
    void shouldMapNumbersToNamesAndBack(long segment) {
        assertThat(SegmentFiles.segmentOf(SegmentFiles.segment(directory, segment)))
                .isEqualTo(segment);
        assertThat(SegmentFiles.precreatedOf(SegmentFiles.precreated(directory, segment)))
                .isEqualTo(segment);
        assertThat(SegmentFiles.segmentOf(SegmentFiles.precreated(directory, segment)))
                .isZero();
    }

    @Test
    void shouldNameSegmentsForEver() {
        assertThat(SegmentFiles.segment(directory, 1).getFileName()).hasToString("19700101-000001.cq4");
        assertThat(SegmentFiles.segment(directory, 100_000).getFileName()).hasToString("19700102-034640.cq4");
        assertThat(SegmentFiles.precreated(directory, 2).getFileName()).hasToString("19700101-000002.precreated");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "metadata.cq4t",
                "19700101-000000.cq4",
                "19700101-000060.cq4",
                "19691231-235959.cq4",
                "x.cq4",
                "20990101-000000.cq4",
                ".cq4"
            })
    void shouldKnowWhatIsNotASegment(String name) {
        assertThat(SegmentFiles.segmentOf(directory.resolve(name))).isZero();
    }

    @Test
    @Fault("F33")
    void shouldRefuseNumbersThatChronicleCannotCount() {
        assertThatThrownBy(() -> SegmentFiles.segment(directory, 0)).hasMessageContaining("segment=0");
        assertThatThrownBy(() -> SegmentFiles.segment(directory, 1L << 31)).hasMessageContaining("segment=2147483648");
    }

    @Test
    void shouldListSegmentsInOrder() throws IOException {
        for (long segment : new long[] {61, 3, 100, 2}) {
            Files.createFile(SegmentFiles.segment(directory, segment));
        }
        Files.createFile(SegmentFiles.precreated(directory, 101));
        Files.createFile(directory.resolve("notes.txt"));

        assertThat(SegmentFiles.list(directory)).containsExactly(2, 3, 61, 100);
        assertThat(SegmentFiles.list(directory.resolve("absent"))).isEmpty();
    }
}
