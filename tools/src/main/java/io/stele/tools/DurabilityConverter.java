package io.stele.tools;

import io.stele.spi.Durability;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code power-loss} and {@code process-crash}. */
final class DurabilityConverter implements ITypeConverter<Durability> {

    @Override
    public Durability convert(String value) {
        return Arrays.stream(Durability.values())
                .filter(tier -> shown(tier).equals(value.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("expected power-loss or process-crash, not " + value));
    }

    static String shown(Durability tier) {
        return tier.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
