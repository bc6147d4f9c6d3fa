package io.stele.tools;

import io.stele.tools.Query.Aggregate;
import io.stele.tools.Query.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a query.
 *
 * <pre>
 *   query      = [ "select" aggregate { "," aggregate } [ "where" ] ] [ condition ] [ "group" "by" field { "," field } ]
 *   aggregate  = "count" "(" ")" | ( "sum" | "min" | "max" | "avg" ) "(" field ")"
 *   condition  = and { "or" and }          and = not { "and" not }          not = [ "not" ] ( "(" condition ")" | test )
 *   test       = field ( "=" | "!=" | "&lt;" | "&lt;=" | "&gt;" | "&gt;=" | "~" ) value
 *              | field "in" "(" value { "," value } ")" | field "is" [ "not" ] "null"
 *   value      = 'text' | number | "true" | "false"
 *   field      = name { "." name }         of the payload, or one of those of every event
 * </pre>
 *
 * <p>Confined to one thread.
 */
final class QueryParser {
    private static final Set<String> AGGREGATES = Set.of("count", "sum", "min", "max", "avg");
    private static final Set<String> RESERVED =
            Set.of("and", "or", "not", "group", "select", "where", "in", "is", "null");

    private final String text;
    private final List<Token> tokens;
    private int next;

    private record Token(Kind kind, String text, int at) {}

    private enum Kind {
        NAME,
        TEXT,
        NUMBER,
        SIGN,
        END
    }

    private QueryParser(String text) {
        this.text = text;
        tokens = tokens();
    }

    static Query parse(String text) {
        return new QueryParser(text).query();
    }

    private Query query() {
        List<Aggregate> select = new ArrayList<>();
        if (acceptWord("select")) {
            do {
                select.add(aggregate());
            } while (acceptSign(","));
            boolean unused = acceptWord("where");
        }
        Condition where = null;
        if (peek().kind != Kind.END && !isWord("group")) {
            where = or();
        }
        List<String> groupBy = new ArrayList<>();
        if (acceptWord("group")) {
            requireWord("by");
            do {
                groupBy.add(field());
            } while (acceptSign(","));
        }
        if (peek().kind != Kind.END) {
            throw wrong("nothing more was expected here");
        }
        if (select.isEmpty() && !groupBy.isEmpty()) {
            select.add(new Aggregate("count", ""));
        }
        return new Query(where, List.copyOf(select), List.copyOf(groupBy));
    }

    private Aggregate aggregate() {
        Token name = peek();
        String function = name.text.toLowerCase(Locale.ROOT);
        if (name.kind != Kind.NAME || !AGGREGATES.contains(function)) {
            throw wrong("count(), sum(…), min(…), max(…) or avg(…) was expected here");
        }
        next++;
        requireSign("(");
        String field = function.equals("count") ? "" : field();
        requireSign(")");
        return new Aggregate(function, field);
    }

    private Condition or() {
        Condition left = and();
        while (acceptWord("or")) {
            Condition first = left;
            Condition second = and();
            left = row -> first.test(row) || second.test(row);
        }
        return left;
    }

    private Condition and() {
        Condition left = not();
        while (acceptWord("and")) {
            Condition first = left;
            Condition second = not();
            left = row -> first.test(row) && second.test(row);
        }
        return left;
    }

    private Condition not() {
        if (acceptWord("not")) {
            Condition inner = not();
            return row -> !inner.test(row);
        }
        if (acceptSign("(")) {
            Condition inner = or();
            requireSign(")");
            return inner;
        }
        return test();
    }

    private Condition test() {
        String field = field();
        if (acceptWord("is")) {
            boolean negated = acceptWord("not");
            requireWord("null");
            return row -> (row.value(field) == null) != negated;
        }
        if (acceptWord("in")) {
            return in(field);
        }
        Token sign = peek();
        if (sign.kind != Kind.SIGN
                || !Set.of("=", "!=", "<>", "<", "<=", ">", ">=", "~").contains(sign.text)) {
            throw wrong("a comparison was expected here: = != < <= > >= ~ in is");
        }
        next++;
        Object value = value();
        if (sign.text.equals("~")) {
            return matches(field, String.valueOf(value));
        }
        return comparison(field, sign.text, value);
    }

    private Condition in(String field) {
        requireSign("(");
        List<Condition> any = new ArrayList<>();
        do {
            any.add(comparison(field, "=", value()));
        } while (acceptSign(","));
        requireSign(")");
        return row -> any.stream().anyMatch(one -> one.test(row));
    }

    private Condition matches(String field, String regex) {
        try {
            Pattern pattern = Pattern.compile(regex);
            return row -> {
                Object found = row.value(field);
                return found != null && pattern.matcher(found.toString()).find();
            };
        } catch (PatternSyntaxException e) {
            throw wrong("the regular expression before this is none: " + e.getDescription());
        }
    }

    private static Condition comparison(String field, String sign, Object wanted) {
        Object value = QueryRow.wanted(field, wanted);
        return row -> {
            Integer order = QueryRow.compare(field, row.value(field), value);
            if (order == null) {
                return false;
            }
            return switch (sign) {
                case "=" -> order == 0;
                case "!=", "<>" -> order != 0;
                case "<" -> order < 0;
                case "<=" -> order <= 0;
                case ">" -> order > 0;
                default -> order >= 0;
            };
        };
    }

    private Object value() {
        Token token = peek();
        next++;
        if (token.kind == Kind.TEXT) {
            return token.text;
        }
        if (token.kind == Kind.NUMBER) {
            return number(token.text);
        }
        if (token.kind == Kind.NAME && token.text.equalsIgnoreCase("true")) {
            return true;
        }
        if (token.kind == Kind.NAME && token.text.equalsIgnoreCase("false")) {
            return false;
        }
        next--;
        throw wrong("a value was expected here: a number, 'a text' in quotes, true or false");
    }

    private Object number(String digits) {
        try {
            return digits.contains(".") ? (Object) Double.parseDouble(digits) : (Object) Long.parseLong(digits);
        } catch (NumberFormatException e) {
            next--;
            throw wrong("the number is none, or out of range");
        }
    }

    private String field() {
        Token token = peek();
        if (token.kind != Kind.NAME || RESERVED.contains(token.text.toLowerCase(Locale.ROOT))) {
            throw wrong("the name of a field was expected here");
        }
        next++;
        return token.text;
    }

    private Token peek() {
        return tokens.get(next);
    }

    private boolean isWord(String word) {
        return peek().kind == Kind.NAME && peek().text.equalsIgnoreCase(word);
    }

    private boolean acceptWord(String word) {
        boolean accepted = isWord(word);
        next += accepted ? 1 : 0;
        return accepted;
    }

    private void requireWord(String word) {
        if (!acceptWord(word)) {
            throw wrong("\"" + word + "\" was expected here");
        }
    }

    private boolean acceptSign(String sign) {
        boolean accepted = peek().kind == Kind.SIGN && peek().text.equals(sign);
        next += accepted ? 1 : 0;
        return accepted;
    }

    private void requireSign(String sign) {
        if (!acceptSign(sign)) {
            throw wrong("\"" + sign + "\" was expected here");
        }
    }

    private List<Token> tokens() {
        List<Token> found = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
                continue;
            }
            Token token = token(at, c);
            found.add(token);
            at += token.kind == Kind.TEXT ? quotedLength(at) : token.text.length();
        }
        found.add(new Token(Kind.END, "", text.length()));
        return found;
    }

    private Token token(int at, char c) {
        if (c == '\'') {
            int length = quotedLength(at);
            return new Token(Kind.TEXT, text.substring(at + 1, at + length - 1).replace("''", "'"), at);
        }
        boolean negative = c == '-' && at + 1 < text.length() && Character.isDigit(text.charAt(at + 1));
        if (Character.isDigit(c) || negative) {
            return new Token(Kind.NUMBER, run(at, "0123456789.", negative ? 1 : 0), at);
        }
        if (Character.isLetter(c) || c == '_') {
            int end = at;
            while (end < text.length() && isNamePart(text.charAt(end))) {
                end++;
            }
            return new Token(Kind.NAME, text.substring(at, end), at);
        }
        String two = text.substring(at, Math.min(text.length(), at + 2));
        if (Set.of("!=", "<>", "<=", ">=").contains(two)) {
            return new Token(Kind.SIGN, two, at);
        }
        if ("=<>~(),".indexOf(c) >= 0) {
            return new Token(Kind.SIGN, String.valueOf(c), at);
        }
        throw wrongAt("this character has no meaning here", at);
    }

    private static boolean isNamePart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '.' || c == '@' || c == '-';
    }

    private String run(int at, String characters, int signLength) {
        int end = at + signLength;
        while (end < text.length() && characters.indexOf(text.charAt(end)) >= 0) {
            end++;
        }
        return text.substring(at, end);
    }

    private int quotedLength(int at) {
        int end = at + 1;
        while (end < text.length()) {
            if (text.charAt(end) != '\'') {
                end++;
            } else if (end + 1 < text.length() && text.charAt(end + 1) == '\'') {
                end += 2;
            } else {
                return end + 1 - at;
            }
        }
        throw wrongAt("the quote that begins here does not end", at);
    }

    private CommandFailure wrong(String what) {
        return wrongAt(what, peek().at);
    }

    private CommandFailure wrongAt(String what, int at) {
        @Nullable String before = at == 0 ? null : text.substring(0, at);
        return new CommandFailure(
                ErrorCode.BAD_QUERY,
                "query cannot be understood: " + what + ": column=" + (at + 1) + ", query="
                        + (before == null ? "" : before) + ">>>" + text.substring(at));
    }
}
