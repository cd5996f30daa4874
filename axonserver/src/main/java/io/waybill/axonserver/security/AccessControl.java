package io.waybill.axonserver.security;

import io.waybill.axonserver.security.Access.Reason;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides by its token what a caller may do. The gRPC and the HTTP port share one, so that a token means the same at
 * both.
 */
public final class AccessControl {

    /** The header, of gRPC and of HTTP, in which a token comes. */
    public static final String TOKEN_HEADER = "AxonIQ-Access-Token";

    private static final String BEARER = "Bearer ";

    private static final Logger log = LoggerFactory.getLogger(AccessControl.class);

    /** Stands for whoever calls while no tokens are asked for. */
    private static final Application ANYONE =
            Application.of("anyone", "read,write,admin", Application.ALL_CONTEXTS, TokenHash.of("no token"));

    /** A token of the token command has 43 characters; longer ones are not worth a hash. */
    private static final int MAX_TOKEN_CHARACTERS = 1_000;

    private final Refusals refusals = new Refusals(System::nanoTime, log::warn);
    private final List<Runnable> changeListeners = new CopyOnWriteArrayList<>();

    private volatile @Nullable Applications applications;

    /** Access control over {@code applications}; null lets everybody do everything. */
    AccessControl(@Nullable Applications applications) {
        this.applications = applications;
    }

    /** Whether tokens are asked for at all. */
    public boolean isOn() {
        return applications != null;
    }

    /**
     * The token of an HTTP request, null when there is none.
     *
     * @param tokenHeader the value of {@link #TOKEN_HEADER}
     * @param authorization the value of {@code Authorization}, where scrapers of metrics can put a token most easily
     */
    public static @Nullable String httpToken(@Nullable String tokenHeader, @Nullable String authorization) {
        if (tokenHeader != null || authorization == null) {
            return tokenHeader;
        }
        boolean bearer = authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
        return bearer ? authorization.substring(BEARER.length()).strip() : null;
    }

    /** Whether a caller with {@code token} has {@code right}, and so may make {@code call}. */
    public Access check(@Nullable String token, Right right, Call call) {
        Applications current = applications;
        if (current == null) {
            return new Access.Granted(ANYONE);
        }
        if (token == null || token.isEmpty()) {
            return refused(
                    Reason.TOKEN_MISSING,
                    call,
                    "No token for %s; applications set theirs as axon.axonserver.token".formatted(call.name()));
        }
        Application application = token.length() > MAX_TOKEN_CHARACTERS ? null : current.ofToken(token);
        if (application == null) {
            return refused(Reason.TOKEN_UNKNOWN, call, "Invalid token for " + call.name());
        }
        if (!application.has(right)) {
            return refused(
                    Reason.RIGHT_MISSING,
                    call,
                    "%s needs the right '%s' for %s".formatted(application.name(), right, call.name()));
        }
        String context = call.context();
        if (context == null ? !application.mayUseAllContexts() : !application.mayUse(context)) {
            String where = context == null ? "all contexts" : Application.readableContext(context);
            return refused(
                    Reason.CONTEXT_FORBIDDEN,
                    call,
                    "%s has no access to %s, which %s is for".formatted(application.name(), where, call.name()));
        }
        return new Access.Granted(application);
    }

    private Access refused(Reason reason, Call call, String message) {
        refusals.note(reason, call, message);
        return new Access.Refused(reason, message);
    }

    /** How many calls were refused since the start, by reason. */
    public Map<Reason, Long> refusals() {
        return refusals.counts();
    }

    /** Whether {@code application} still has the token and the rights it had when access was granted to it. */
    public boolean isCurrent(Application application) {
        Applications current = applications;
        return current == null || current.contains(application);
    }

    /** Has {@code listener} called after every change of the tokens file. */
    public void onChange(Runnable listener) {
        changeListeners.add(listener);
    }

    void replace(Applications changed) {
        applications = changed;
        changeListeners.forEach(Runnable::run);
    }
}
