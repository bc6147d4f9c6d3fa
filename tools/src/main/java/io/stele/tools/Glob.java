package io.stele.tools;

import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Names with {@code *} for anything and {@code ?} for one character. Pure functions. */
final class Glob {
    private Glob() {}

    /** Returns what tells whether a name fits; a pattern without a slash is one of types, or of ids of any type. */
    static Predicate<String> of(String pattern) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
        }
        Pattern compiled = Pattern.compile(regex.toString(), Pattern.DOTALL);
        if (pattern.contains("/")) {
            return name -> compiled.matcher(name).matches();
        }
        return name -> {
            int slash = name.indexOf('/');
            return compiled.matcher(name.substring(slash + 1)).matches()
                    || (slash > 0 && compiled.matcher(name.substring(0, slash)).matches());
        };
    }
}
