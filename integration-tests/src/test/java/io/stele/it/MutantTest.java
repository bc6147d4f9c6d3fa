package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.it.Mutants.Mutant;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tests of the tests: a campaign that cannot find a planted bug would not find a real one. */
@Tag("slow")
final class MutantTest {
    static List<Mutant> mutants() {
        return Mutants.all();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void shouldFindThePlantedBug(Mutant mutant) throws IOException, ReflectiveOperationException {
        Path root = SimulationCampaign.root();
        try {
            assertThat(Mutants.kill(mutant, root))
                    .as("nobody has noticed that it %s", mutant)
                    .isNotNull();
        } finally {
            SimulationCampaign.delete(root);
        }
    }

    @Test
    void shouldPlantEnoughOfThem() {
        assertThat(mutants()).hasSizeGreaterThanOrEqualTo(25);
        assertThat(mutants()).extracting(Mutant::name).doesNotHaveDuplicates();
    }
}
