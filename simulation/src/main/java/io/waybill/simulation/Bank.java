package io.waybill.simulation;

import io.waybill.messages.Money;
import io.waybill.payment.provider.PaymentProvider;
import io.waybill.simulation.books.Provider;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The payment provider, with all its moods: it declines and refuses, waits for customers, loses calls and answers, does
 * late what it was asked for, gives holds up. What it has done it knows for sure, so our books can be held against it.
 */
final class Bank implements PaymentProvider, Provider {

    private static final class Account {
        private final AuthorizationCall call;
        private State state;
        private long heldMinor;
        private @Nullable String reason;
        private boolean everHeld;
        private final Map<String, Long> captures = new HashMap<>();
        private final Map<String, Long> refunds = new HashMap<>();
        private final Set<String> refusals = new HashSet<>();

        Account(AuthorizationCall call, State state) {
            this.call = call;
            this.state = state;
        }

        private void hold() {
            state = State.HELD;
            heldMinor = call.amount().minor();
            everHeld = true;
        }

        private void close(String why) {
            state = State.CLOSED;
            heldMinor = 0;
            reason = why;
        }
    }

    /** A token with which the customer always has something to do first. */
    static final String ASKS_CUSTOMER = "token-customer";

    /** A token that is always declined. */
    static final String DECLINES = "token-declined";

    /** Why an authorization is closed that the bank gave up by itself. */
    static final String EXPIRED = "EXPIRED";

    private final Choices choices;
    private final Consumer<String> diary;
    /** Whether a partial capture leaves the rest held, or gives it up as many a card scheme does. */
    private final boolean keepsRest;

    private final Map<String, Account> accounts = new LinkedHashMap<>();
    /** Calls that nobody waits for any more and that are carried out all the same, some time. */
    private final List<Runnable> late = new ArrayList<>();
    /** Messages to us: look at this authorization. */
    private final List<String> notices = new ArrayList<>();

    private boolean moody = true;
    private boolean refusesOnce;

    /** @param diary is told what it does by itself */
    Bank(Choices choices, Consumer<String> diary) {
        this.choices = choices;
        this.diary = diary;
        keepsRest = !choices.onceIn(3);
    }

    // What it is asked to do.

    @Override
    public String name() {
        return "bank";
    }

    @Override
    public LedgerEntry authorize(AuthorizationCall call) {
        return answer(() -> {
            @Nullable Account known = accounts.get(call.authorizationId());
            return entry(known == null ? open(call) : known);
        });
    }

    @Override
    public Optional<LedgerEntry> find(AuthorizationCall call) {
        return answer(
                () -> Optional.ofNullable(accounts.get(call.authorizationId())).map(Bank::entry));
    }

    @Override
    public Answer capture(AuthorizationCall call, String captureId, Money amount, boolean last) {
        return answer(() -> {
            Account account = account(call);
            if (account.captures.containsKey(captureId)) {
                return new Answer.Done(entry(account));
            }
            if (account.refusals.contains(captureId) || account.heldMinor < amount.minor() || refuses()) {
                account.refusals.add(captureId);
                return new Answer.Refused("CAPTURE_REFUSED", entry(account));
            }
            account.captures.put(captureId, amount.minor());
            account.heldMinor -= amount.minor();
            if (last || !keepsRest || account.heldMinor == 0) {
                account.close("CAPTURED");
            }
            return new Answer.Done(entry(account));
        });
    }

    @Override
    public LedgerEntry voidAuthorization(AuthorizationCall call) {
        return answer(() -> {
            Account account = accounts.computeIfAbsent(call.authorizationId(), id -> new Account(call, State.PENDING));
            if (account.state != State.CLOSED) {
                account.close("VOIDED");
            }
            return entry(account);
        });
    }

    @Override
    public Answer refund(AuthorizationCall call, String refundId, Money amount, String reason) {
        return answer(() -> {
            Account account = account(call);
            if (account.refunds.containsKey(refundId)) {
                return new Answer.Done(entry(account));
            }
            long left = sum(account.captures) - sum(account.refunds);
            boolean ofOurs = !Clients.asksForRefund(refundId);
            if (account.refusals.contains(refundId) || left < amount.minor() || (!ofOurs && refuses())) {
                account.refusals.add(refundId);
                return new Answer.Refused("REFUND_REFUSED", entry(account));
            }
            account.refunds.put(refundId, amount.minor());
            return new Answer.Done(entry(account));
        });
    }

    @Override
    public Stream<LedgerEntry> ledger(Instant since) {
        return accounts.values().stream().map(Bank::entry);
    }

    @Override
    public Optional<Notice> readWebhook(Headers header, byte[] body) {
        throw new UnsupportedOperationException("messages are handed over as they are");
    }

    // What it does by itself.

    /** From now on it answers every call and refuses nothing. */
    void calmDown() {
        moody = false;
    }

    /** Refuses the next capture or refund. */
    void refuseOnce() {
        refusesOnce = true;
    }

    /** Lets all customers agree who were asked to. */
    void hearAllAgree() {
        for (Account account : in(State.PENDING)) {
            account.hold();
            notices.add(account.call.authorizationId());
        }
    }

    /** Carries out a call that nobody waits for any more; false if there is none. */
    boolean doSomethingLate() {
        if (late.isEmpty()) {
            return false;
        }
        diary.accept("does something late");
        choices.draw(late).run();
        return true;
    }

    /** Lets a customer agree or refuse who was asked to. */
    void hearACustomer() {
        List<Account> waiting = in(State.PENDING);
        if (!waiting.isEmpty()) {
            Account account = choices.oneOf(waiting);
            if (choices.onceIn(4)) {
                account.close("CUSTOMER_REFUSED");
            } else {
                account.hold();
            }
            notices.add(account.call.authorizationId());
            diary.accept("has heard a customer: " + account.state + " " + account.call.authorizationId());
        }
    }

    /** Gives a hold up if it feels like it. */
    void giveUpAHold() {
        List<Account> held = in(State.HELD);
        if (moody && !held.isEmpty()) {
            Account account = choices.oneOf(held);
            account.close(EXPIRED);
            notices.add(account.call.authorizationId());
            diary.accept("gives up what it held for " + account.call.authorizationId());
        }
    }

    /** Sends one of its messages, possibly not for the last time; empty if there is none. */
    Optional<String> sendNotice(boolean mayRepeat) {
        if (notices.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(mayRepeat && choices.onceIn(3) ? choices.oneOf(notices) : choices.draw(notices));
    }

    /** Sends a message again that was not taken. */
    void repeat(String notice) {
        notices.add(notice);
    }

    // What it knows.

    /** Which payment an authorization is for. */
    Optional<String> paymentOf(String authorizationId) {
        return Optional.ofNullable(accounts.get(authorizationId)).map(account -> account.call.paymentId());
    }

    @Override
    public long heldMinor(String authorizationId) {
        @Nullable Account account = accounts.get(authorizationId);
        return account == null ? 0 : account.heldMinor;
    }

    @Override
    public boolean everHeld(String authorizationId) {
        @Nullable Account account = accounts.get(authorizationId);
        return account != null && account.everHeld;
    }

    @Override
    public Set<String> authorizationIds() {
        return accounts.keySet();
    }

    @Override
    public Map<String, Long> captures(String authorizationId) {
        @Nullable Account account = accounts.get(authorizationId);
        return account == null ? Map.of() : account.captures;
    }

    @Override
    public Map<String, Long> refunds(String authorizationId) {
        @Nullable Account account = accounts.get(authorizationId);
        return account == null ? Map.of() : account.refunds;
    }

    // How it does it.

    private Account open(AuthorizationCall call) {
        var account = new Account(call, State.PENDING);
        accounts.put(call.authorizationId(), account);
        if (call.paymentToken().equals(ASKS_CUSTOMER)) {
            return account;
        }
        if (call.paymentToken().equals(DECLINES)) {
            account.close("DECLINED");
            return account;
        }
        switch (moody ? choices.below(10) : 9) {
            case 0 -> account.close("DECLINED");
            case 1 -> {}
            default -> account.hold();
        }
        return account;
    }

    private boolean refuses() {
        if (refusesOnce) {
            refusesOnce = false;
            return true;
        }
        return moody && choices.onceIn(12);
    }

    /** The answer to a call; or the call, or its answer, is lost, or it is carried out when nobody waits any more. */
    private <T> T answer(Supplier<T> call) {
        if (!moody) {
            return call.get();
        }
        return switch (choices.below(12)) {
            case 0 -> {
                T lost = call.get();
                throw new ProviderUnreachable("this answer was lost: " + lost);
            }
            case 1 -> {
                late.add(() -> diary.accept("has answered to nobody: " + call.get()));
                throw new ProviderUnreachable("the call is late");
            }
            case 2 -> throw new ProviderUnreachable("the call was lost");
            default -> call.get();
        };
    }

    private List<Account> in(State state) {
        return accounts.values().stream()
                .filter(account -> account.state == state)
                .toList();
    }

    private Account account(AuthorizationCall call) {
        return Objects.requireNonNull(accounts.get(call.authorizationId()), call.authorizationId());
    }

    private static LedgerEntry entry(Account account) {
        AuthorizationCall call = account.call;
        return new LedgerEntry(
                call.authorizationId(),
                call.paymentId(),
                call.orderId(),
                "ref-" + call.authorizationId(),
                account.state,
                call.amount(),
                account.heldMinor,
                account.captures,
                account.refunds,
                account.reason,
                null,
                null,
                Instant.EPOCH);
    }

    private static long sum(Map<String, Long> amounts) {
        return amounts.values().stream().mapToLong(Long::longValue).sum();
    }
}
