package io.stele.tools;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file of comma-separated values with a header line, read row by row. Values may stand in quotes, and a quote in them is
 * doubled; a value cannot span lines.
 *
 * <p>Whatever is wrong is a {@link CommandFailure} that names file, line and column.
 */
final class CsvFile implements AutoCloseable {
    private static final String BYTE_ORDER_MARK = "\ufeff";

    private final Path file;
    private final BufferedReader reader;
    private final List<String> header;
    private List<String> row = List.of();
    private long lineNumber;

    private CsvFile(Path file, BufferedReader reader, List<String> required) {
        this.file = file;
        this.reader = reader;
        String first = readLine();
        if (first == null) {
            throw wrong("file is empty, a header line with these columns is expected: " + String.join(",", required));
        }
        header = split(first.startsWith(BYTE_ORDER_MARK) ? first.substring(1) : first);
        for (String column : required) {
            if (!header.contains(column)) {
                throw wrong("header has no column " + column + ", expected are: " + String.join(",", required));
            }
        }
    }

    /** Opens a file whose header has at least the columns {@code required}. */
    static CsvFile open(Path file, List<String> required) {
        BufferedReader reader;
        try {
            reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new CommandFailure(ErrorCode.BAD_INPUT, "file does not exist: file=" + file, e);
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.BAD_INPUT, "file cannot be opened: file=" + file + ", reason=" + e, e);
        }
        return new CsvFile(file, reader, required);
    }

    /** Goes to the next row; blank lines are passed over. Returns false at the end. */
    boolean next() {
        String line = readLine();
        while (line != null && line.isBlank()) {
            line = readLine();
        }
        if (line == null) {
            return false;
        }
        row = split(line);
        if (row.size() != header.size()) {
            throw wrong("row has " + row.size() + " values, the header has " + header.size());
        }
        return true;
    }

    /** Returns a value of this row that must not be empty. */
    String text(String column) {
        String value = row.get(header.indexOf(column));
        if (value.isEmpty()) {
            throw wrong("value is empty: column=" + column);
        }
        return value;
    }

    /** Returns a value of this row that must be a whole number. */
    long number(String column) {
        String value = text(column);
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw wrong("value is not a whole number: column=" + column + ", value=" + value);
        }
    }

    /** Describes what is wrong with this row. */
    CommandFailure wrong(String what) {
        return new CommandFailure(ErrorCode.BAD_INPUT, what + ": file=" + file + ", line=" + Math.max(1, lineNumber));
    }

    private @Nullable String readLine() {
        try {
            String line = reader.readLine();
            lineNumber++;
            return line;
        } catch (CharacterCodingException e) {
            lineNumber++;
            throw wrong("text is not UTF-8 at or soon after this line");
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.BAD_INPUT, "file cannot be read: file=" + file + ", reason=" + e, e);
        }
    }

    private List<String> split(String line) {
        List<String> values = new ArrayList<>();
        StringBuilder value = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                value.append(c);
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                values.add(value.toString());
                value.setLength(0);
            } else {
                value.append(c);
            }
        }
        if (quoted) {
            throw wrong("quote is not closed");
        }
        values.add(value.toString());
        return values;
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.BAD_INPUT, "file cannot be closed: file=" + file + ", reason=" + e, e);
        }
    }
}
