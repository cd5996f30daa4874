package io.waybill.axonserver.security;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** An application that has a token: one line of the tokens file. */
public final class Application {

    /** In place of names of contexts: all there are. */
    static final String ALL_CONTEXTS = "*";

    /** Short, and nothing in it that could break a line of the file or of the log. */
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}");

    private static final Pattern CONTEXT = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_-]{0,99}");

    private final String name;
    private final Set<Right> granted;
    private final Set<Right> rights;
    private final Set<String> contexts;
    private final TokenHash hash;

    private Application(String name, Set<Right> granted, Set<String> contexts, TokenHash hash) {
        this.name = name;
        this.granted = granted;
        this.rights =
                granted.stream().flatMap(right -> right.expanded().stream()).collect(Collectors.toSet());
        this.contexts = contexts;
        this.hash = hash;
    }

    /**
     * An application as a line of the tokens file describes it.
     *
     * @param rights such as {@code write} or {@code read,admin}
     * @param contexts names of contexts joined by commas, or {@code *}
     * @throws IllegalArgumentException if one of them is not of this form
     */
    static Application of(String name, String rights, String contexts, TokenHash hash) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a name has 1 to 100 letters, digits, dots, - and _, and begins with a letter or digit");
        }
        Set<Right> granted = EnumSet.noneOf(Right.class);
        for (String right : rights.split(",", -1)) {
            granted.add(Right.named(right));
        }
        Set<String> named = new LinkedHashSet<>(Arrays.asList(contexts.split(",", -1)));
        if (!contexts.equals(ALL_CONTEXTS)
                && !named.stream().allMatch(context -> CONTEXT.matcher(context).matches())) {
            throw new IllegalArgumentException("contexts are names joined by commas, or * for all");
        }
        return new Application(name, granted, named, hash);
    }

    /** The name under which it is known here; not a secret. */
    public String name() {
        return name;
    }

    /** Whether it has {@code right}. */
    public boolean has(Right right) {
        return rights.contains(right);
    }

    /** Whether it may use {@code context}. */
    public boolean mayUse(String context) {
        return contexts.contains(ALL_CONTEXTS) || contexts.contains(context);
    }

    /** Whether it may use all contexts, those to come included. */
    public boolean mayUseAllContexts() {
        return contexts.contains(ALL_CONTEXTS);
    }

    /** A context's name as a caller sent it, in a form that cannot disturb a log. */
    static String readableContext(String context) {
        return CONTEXT.matcher(context).matches() ? "context " + context : "a context that cannot be";
    }

    boolean owns(String token) {
        return hash.matches(token);
    }

    /** Its line in the tokens file. */
    String line() {
        return String.join(" ", columns()) + " " + hash.text();
    }

    private List<String> columns() {
        String names = granted.stream().map(Right::toString).collect(Collectors.joining(","));
        return List.of(name, names, String.join(",", contexts));
    }

    /** Equal in everything: an application whose rights or token changed is another one. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Application that && columns().equals(that.columns()) && hash.equals(that.hash);
    }

    @Override
    public int hashCode() {
        return hash.hashCode();
    }

    @Override
    public String toString() {
        return String.join(" ", columns());
    }
}
