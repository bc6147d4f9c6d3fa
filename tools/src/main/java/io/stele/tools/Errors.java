package io.stele.tools;

import io.stele.spi.SteleException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one sentence what went wrong. A stack trace goes to a file, or to stderr if the user wants to debug. */
final class Errors implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private final GlobalOptions options;

    Errors(GlobalOptions options) {
        this.options = options;
    }

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        String message = String.valueOf(e.getMessage());
        say(Character.toLowerCase(message.charAt(0)) + message.substring(1), ErrorCode.WRONG_USAGE);
        UnmatchedArgumentException.printSuggestions(e, command.getErr());
        PrintStream err = options.console().err();
        if (Main.NO_COMMAND.equals(message)) {
            command.usage(err);
            return ExitCode.WRONG_USAGE;
        }
        err.println("usage: " + command.getHelp().synopsis(0).strip());
        err.println("help:  " + command.getCommandSpec().qualifiedName() + " --help");
        err.flush();
        return ExitCode.WRONG_USAGE;
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
        if (options.isDebug()) {
            options.console().err().print(trace(e));
        }
        if (e instanceof BrokenPipeException) {
            return ExitCode.DONE;
        }
        if (e instanceof CommandFailure failure) {
            say(String.valueOf(failure.getMessage()), failure.code());
            return failure.exitCode();
        }
        if (e instanceof SteleException known) {
            ErrorCode code = ErrorCode.of(known);
            say(String.valueOf(e.getMessage()), code);
            return code.exitCode();
        }
        say("this should not have happened: " + e + "; " + whereTraceIs(e), ErrorCode.UNEXPECTED);
        return ExitCode.FAILED;
    }

    private void say(String sentence, ErrorCode code) {
        options.console().out().flush();
        Screen screen = options.errScreen();
        options.console()
                .err()
                .println(screen.paint(Paint.BAD, "stele: ")
                        + SafeText.of(sentence)
                        + screen.paint(Paint.DIM, " [" + code.code() + "]"));
        options.console().err().flush();
    }

    private String whereTraceIs(Exception e) {
        if (options.isDebug()) {
            return "see above";
        }
        try {
            Path file = Files.createTempFile("stele-error-", ".log");
            Files.writeString(file, trace(e));
            return "details: " + file;
        } catch (IOException second) {
            return "for details run it again with --debug";
        }
    }

    private static String trace(Throwable failure) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            text.append(cause).append('\n');
            for (StackTraceElement frame : cause.getStackTrace()) {
                text.append("    at ").append(frame).append('\n');
            }
        }
        return text.toString();
    }
}
