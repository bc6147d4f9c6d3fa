package io.stele.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the compiler accepts, and what it must refuse. */
final class CompilerTest {
    private static final String TABLE = """
            import io.stele.runtime.*;
            final class Account extends PersistentActor<Account.Deposited, Long> {
                record Balance(long cents) {}
                record Deposit(long cents) implements Command<Balance> {}
                record Deposited(long cents) {}
                Account() { super("account"); }
                @Override protected Long initialState() { return 0L; }
                @Override protected void commands(CommandHandlers<Deposited, Long> on) {
                    on.on(Deposit.class, (balance, deposit) -> %s);
                }
                @Override protected void events(EventHandlers<Deposited, Long> on) {
                    on.on(Deposited.class, (balance, event) -> balance + event.cents());
                }
                static java.util.concurrent.CompletionStage<%s> use(EntityRef account) {
                    return account.ask(new Deposit(500));
                }
            }
            """;

    private static final String SWITCH = """
            import io.stele.runtime.*;
            final class Account extends PersistentActor<Account.Deposited, Long> {
                record Balance(long cents) {}
                sealed interface AccountCommand {}
                record Deposit(long cents) implements Command<Balance>, AccountCommand {}
                record Get() implements Command<Balance>, AccountCommand {}
                record Deposited(long cents) {}
                Account() { super("account"); }
                @Override protected Long initialState() { return 0L; }
                @Override protected Effect<Deposited, Long, ?> onCommand(Long balance, Command<?> command, ActorContext c) {
                    return switch ((AccountCommand) command) {
                        case Deposit d -> persist(new Deposited(d.cents())).thenReply(d, %s);
                        case Get g -> reply(g, new Balance(balance));
                    };
                }
                @Override protected Long onEvent(Long balance, Deposited event) { return balance + event.cents(); }
            }
            """;

    @TempDir
    private Path directory;

    @Test
    void shouldAcceptAHandlerThatRepliesWithTheCommandsType() {
        assertThat(compile(TABLE.formatted("persist(new Deposited(1)).thenReply(Balance::new)", "Account.Balance")))
                .isEmpty();
        assertThat(compile(TABLE.formatted("reply(new Balance(1))", "Account.Balance")))
                .isEmpty();
        assertThat(compile(TABLE.formatted("reject(\"closed\")", "Account.Balance")))
                .isEmpty();
    }

    @Test
    void shouldRefuseAHandlerThatRepliesWithAnotherType() {
        assertThat(compile(TABLE.formatted("persist(new Deposited(1)).thenReply(after -> \"no\")", "Account.Balance")))
                .contains("String");
        assertThat(compile(TABLE.formatted("reply(1L)", "Account.Balance"))).contains("Long");
    }

    @Test
    void shouldRefuseAHandlerThatForgetsToReply() {
        assertThat(compile(TABLE.formatted("persist(new Deposited(1))", "Account.Balance")))
                .contains("Done");
        assertThat(compile(TABLE.formatted("none()", "Account.Balance"))).contains("Done");
    }

    @Test
    void shouldRefuseACallerThatExpectsAnotherReply() {
        assertThat(compile(TABLE.formatted("reply(new Balance(1))", "String"))).contains("String");
    }

    @Test
    void shouldAcceptOnePatternSwitchOverAllCommands() {
        assertThat(compile(SWITCH.formatted("Balance::new"))).isEmpty();
    }

    @Test
    void shouldRefuseAWrongReplyInAPatternSwitch() {
        assertThat(compile(SWITCH.formatted("after -> \"no\""))).contains("String");
    }

    /** Returns what the compiler has against {@code source}; empty if it accepts it. */
    private String compile(String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> options =
                new ArrayList<>(List.of("-d", directory.toString(), "-cp", System.getProperty("java.class.path")));
        if (Runtime.version().feature() < 21) {
            options.addAll(List.of(
                    "--enable-preview",
                    "--release",
                    String.valueOf(Runtime.version().feature())));
        }
        StringWriter output = new StringWriter();
        boolean accepted = compiler.getTask(output, null, null, options, null, List.of(new Source(source)))
                .call();
        return accepted ? "" : output.toString();
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///Account.java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
