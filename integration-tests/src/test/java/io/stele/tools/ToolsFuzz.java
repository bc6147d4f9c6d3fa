package io.stele.tools;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Throws hostile bytes at what the command line reads from users: archives to import, arguments, queries, JSON. */
public final class ToolsFuzz {
    private static final int ARGUMENTS_MAX = 12;
    private static final int OUTPUT_BYTES_MAX = 1 << 20;

    private final Path file;

    /** Makes one that works in an empty directory. */
    public ToolsFuzz(Path directory) {
        try {
            file = Files.createDirectories(directory).resolve("import");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Checks an archive. With an odd first byte its last line, which has the checksum, is put right. */
    public void archive(byte[] data) {
        byte[] content = data.length == 0 ? data : Arrays.copyOfRange(data, 1, data.length);
        try {
            Files.write(file, data.length > 0 && (data[0] & 1) == 1 ? ended(content) : content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            ImportFile.check(file);
        } catch (CommandFailure e) {
            require(e.getMessage());
        }
    }

    private static byte[] ended(byte[] content) {
        String text = new String(content, StandardCharsets.UTF_8);
        String body = text.endsWith("\n") ? text : text + "\n";
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        long notes = body.lines().filter(line -> line.contains("\"note\":true")).count();
        long events = Math.max(0, body.lines().count() - 1 - notes);
        return (body + "{\"end\":true,\"events\":" + events + ",\"notes\":" + notes + ",\"crc32c\":\""
                        + String.format("%08x", crc.getValue()) + "\"}\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Has the command line understand arguments, one a line, and carries nothing out. */
    public void arguments(byte[] data) {
        String[] arguments = Arrays.stream(new String(data, StandardCharsets.UTF_8).split("\n", -1))
                .limit(ARGUMENTS_MAX)
                .filter(argument -> !argument.startsWith("@")) // would read a file of arguments
                .toArray(String[]::new);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8);
        Console console = Console.of(stream, stream, new Properties(), Map.of());
        CommandLine line = Main.line(console, arguments);
        line.setExecutionStrategy(parsed -> ExitCode.DONE);
        int exitCode = line.execute(arguments);
        String text = said.toString(StandardCharsets.UTF_8);
        boolean fine = (exitCode == ExitCode.DONE || exitCode == ExitCode.WRONG_USAGE)
                && said.size() < OUTPUT_BYTES_MAX
                && !text.contains("\tat ")
                && text.chars().noneMatch(c -> c == 0x1b || c == 0x07);
        if (!fine) {
            throw new IllegalStateException("arguments are not answered as they should be: exitCode=" + exitCode
                    + ", bytes=" + said.size() + ", said=" + text);
        }
    }

    /** Has a question and a piece of JSON understood. */
    public void query(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        try {
            QueryParser.parse(text);
        } catch (CommandFailure | CommandLine.ParameterException e) {
            require(e.getMessage());
        }
        try {
            JsonReader.leaves(JsonReader.read(text));
        } catch (IllegalArgumentException e) {
            require(e.getMessage());
        }
    }

    private static void require(@Nullable String message) {
        if (message == null || message.isBlank()) {
            throw new IllegalStateException("error does not say what is wrong");
        }
    }

    /** Returns archives to begin with; one of them unpacks to far more than memory has. */
    public static List<byte[]> archives() {
        String text = "{\"schema\":\"stele.export/1\",\"journalId\":\"x\",\"lanes\":1}\n"
                + "{\"actor\":\"a/b\",\"number\":1,\"time\":1,\"lane\":0,\"position\":4,\"index\":0,\"of\":1,"
                + "\"type\":\"t\",\"version\":1,\"payload\":{},\"raw\":\"AQID\"}\n"
                + "{\"actor\":\"a/b\",\"number\":1,\"time\":1,\"note\":true,\"metadata\":\"AQID\"}\n";
        byte[] plain = ("\1" + text).getBytes(StandardCharsets.UTF_8);
        byte[] packed = Zstd.compress(text.getBytes(StandardCharsets.UTF_8));
        byte[] bomb = Zstd.compress(new byte[32 << 20]);
        return List.of(plain, with(packed), with(bomb));
    }

    /** Returns arguments to begin with. */
    public static List<byte[]> commands() {
        return Commands.names().stream()
                .map(name -> (name + "\n--data-dir\nd\nbank-account/42\n-o\njsonl\n--from\n1h\n--help")
                        .getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /** Returns questions and JSON to begin with. */
    public static List<byte[]> queries() {
        return java.util.stream.Stream.of(
                        "type = 'withdrawn' and cents > 10000 group by day",
                        "count, sum(cents), max(cents) where (type = 'a' or not cents < -1.5) group by hour",
                        "{\"a\":[1,2.5,{\"b\":null}],\"c\":\"\\u00e4\\n\",\"d\":true}")
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    private static byte[] with(byte[] rest) {
        byte[] whole = new byte[rest.length + 1];
        System.arraycopy(rest, 0, whole, 1, rest.length);
        return whole;
    }
}
