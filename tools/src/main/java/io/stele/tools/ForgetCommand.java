package io.stele.tools;

import io.stele.Stele;
import io.stele.encryption.MasterKey;
import io.stele.encryption.SubjectKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code stele forget SUBJECT}: destroys a key. */
@Command(
        name = "forget",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Destroys the key of a data subject: what was encrypted with it can never be read again.",
        footer = {
            "",
            "Example: stele forget customer-17 --master-key /etc/bank/master.json --execute",
            "Works only for data that was written encrypted; see docs/formats/encryption.md. The owner must not run. Copies of the "
                    + "keys directory elsewhere, backups too, keep the key: forget there as well."
        })
final class ForgetCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(paramLabel = "SUBJECT", description = "Whose key.")
    private String subject = "";

    @Option(names = "--master-key", paramLabel = "FILE", required = true, description = "The file with the master key.")
    @SuppressWarnings("NullAway.Init") // picocli requires it
    private Path masterKey;

    @Option(names = "--execute", description = "Does it. Without, it is shown.")
    private boolean execute;

    @Option(names = "--yes", description = "Does not ask.")
    private boolean yes;

    @Override
    public Integer call() {
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        Path keys = Stele.keyDirectory(directory.path());
        if (!Files.isDirectory(keys)) {
            throw new CommandFailure(
                    ErrorCode.NOT_SUPPORTED,
                    "directory has no keys, so nothing in it is encrypted: directory=" + directory.path());
        }
        if (execute) {
            Confirmation.require(
                    main.options(),
                    yes,
                    "all that was encrypted for this subject will be lost for ever: subject=" + subject,
                    subject);
        }
        boolean destroyed = false;
        boolean before;
        try (SubjectKeys opened = SubjectKeys.open(keys, MasterKey.ofFile(masterKey))) {
            before = opened.isForgotten(subject);
            if (execute) {
                destroyed = opened.forget(subject);
            }
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.forget/1");
        tree.put("dataDirectory", directory.path().toString());
        tree.put("subject", subject);
        tree.put("forgottenBefore", before);
        tree.put("executed", execute);
        tree.put("keyDestroyed", destroyed);
        String sentence = sentence(before, destroyed);
        main.options().report(tree, screen -> List.of("  " + sentence));
        return ExitCode.DONE;
    }

    private String sentence(boolean before, boolean destroyed) {
        String name = SafeText.of(subject);
        if (before) {
            return name + " was forgotten before";
        }
        if (!execute) {
            return "would destroy the key of " + name
                    + ", if it has one. Nothing was changed; to do it, add --execute.";
        }
        return destroyed
                ? "the key of " + name + " is destroyed"
                : name + " had no key: nothing of it was encrypted; none will be made any more";
    }
}
