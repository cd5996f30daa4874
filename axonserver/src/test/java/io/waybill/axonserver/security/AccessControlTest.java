package io.waybill.axonserver.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.axonserver.security.Access.Granted;
import io.waybill.axonserver.security.Access.Reason;
import io.waybill.axonserver.security.Access.Refused;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessControlTest {

    private static final Call CALL = new Call("Service/Method", "default", "127.0.0.1:4711");

    @ParameterizedTest
    @CsvSource({
        "read, CONNECT READ",
        "write, CONNECT READ WRITE",
        "admin, CONNECT ADMIN",
        "'read,admin', CONNECT READ ADMIN"
    })
    void rightsAreThoseOfTheFile(String granted, String expected) {
        Issued issued = new Issued("application", granted, "default");

        for (Right right : Right.values()) {
            assertThat(issued.control.check(issued.token, right, CALL) instanceof Granted)
                    .as("%s may %s", granted, right)
                    .isEqualTo(List.of(expected.split(" ", -1)).contains(right.name()));
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "whole node",
            value = {
                "default, default, true",
                "default, other, false",
                "default, whole node, false",
                "'default,other', other, true",
                "'default,other', whole node, false",
                "*, other, true",
                "*, whole node, true"
            })
    void contextsAreThoseOfTheFile(String allowed, @Nullable String asked, boolean granted) {
        Issued issued = new Issued("application", "admin", allowed);

        Access access = issued.control.check(issued.token, Right.ADMIN, new Call("GET /v1", asked, null));

        assertThat(access instanceof Granted).isEqualTo(granted);
    }

    @Test
    void refusalTellsWhatIsMissing() {
        Issued issued = new Issued("order-query", "read", "default");

        assertThat(issued.control.check(null, Right.READ, CALL))
                .isEqualTo(new Refused(
                        Reason.TOKEN_MISSING,
                        "No token for Service/Method; applications set theirs as axon.axonserver.token"));
        assertThat(issued.control.check("another", Right.READ, CALL))
                .isEqualTo(new Refused(Reason.TOKEN_UNKNOWN, "Invalid token for Service/Method"));
        assertThat(issued.control.check(issued.token, Right.WRITE, CALL))
                .isEqualTo(new Refused(Reason.RIGHT_MISSING, "order-query needs the right 'write' for Service/Method"));
        assertThat(issued.control.check(issued.token, Right.READ, new Call("Service/Method", "other", null)))
                .isEqualTo(new Refused(
                        Reason.CONTEXT_FORBIDDEN,
                        "order-query has no access to context other, which Service/Method is for"));
        assertThat(issued.control.refusals())
                .isEqualTo(Map.of(
                        Reason.TOKEN_MISSING, 1L,
                        Reason.TOKEN_UNKNOWN, 1L,
                        Reason.RIGHT_MISSING, 1L,
                        Reason.CONTEXT_FORBIDDEN, 1L));
    }

    @Test
    void nameThatWouldBreakALineOfTheLogIsNotRepeated() {
        Issued issued = new Issued("order-query", "read", "default");

        Access access = issued.control.check(issued.token, Right.READ, new Call("Service/Method", "a\nb", null));

        assertThat(access)
                .isEqualTo(new Refused(
                        Reason.CONTEXT_FORBIDDEN,
                        "order-query has no access to a context that cannot be, which Service/Method is for"));
    }

    @Test
    void httpRequestBringsItsTokenInEitherHeader() {
        assertThat(AccessControl.httpToken("a", null)).isEqualTo("a");
        assertThat(AccessControl.httpToken(null, "Bearer a")).isEqualTo("a");
        assertThat(AccessControl.httpToken(null, "bearer  a")).isEqualTo("a");
        assertThat(AccessControl.httpToken("a", "Bearer b")).isEqualTo("a");
        assertThat(AccessControl.httpToken(null, "Basic a")).isNull();
        assertThat(AccessControl.httpToken(null, null)).isNull();
    }

    @Test
    void almostTheTokenIsNotTheToken() {
        Issued issued = new Issued("application", "read", "default");

        assertThat(issued.control.check(issued.token, Right.READ, CALL)).isInstanceOf(Granted.class);
        for (String almost :
                List.of("", issued.token.substring(1), issued.token + "A", issued.token + " ", "A".repeat(100_000))) {
            assertThat(issued.control.check(almost, Right.READ, CALL)).isInstanceOf(Refused.class);
        }
    }

    @Test
    void everybodyMayDoEverythingWithoutATokensFile() {
        AccessControl off = new AccessControl(null);

        assertThat(off.isOn()).isFalse();
        assertThat(off.check(null, Right.ADMIN, new Call("GET /v1", null, null)))
                .isInstanceOf(Granted.class);
    }

    @Test
    void withdrawnTokenIsOfNoUseAlthoughItWasVerifiedBefore() {
        Issued issued = new Issued("application", "read", "default");
        Application application = ((Granted) issued.control.check(issued.token, Right.READ, CALL)).application();

        issued.control.replace(new Applications(
                List.of(Application.of("application", "read", "default", TokenHash.of("another token")))));

        assertThat(issued.control.check(issued.token, Right.READ, CALL)).isInstanceOf(Refused.class);
        assertThat(issued.control.isCurrent(application)).isFalse();
    }

    @Test
    void changeOfRightsEndsWhatWasGrantedBefore() {
        Issued issued = new Issued("application", "write", "default");
        Application application = ((Granted) issued.control.check(issued.token, Right.READ, CALL)).application();

        issued.control.replace(new Applications(
                List.of(Application.of("application", "read", "default", TokenHash.of(issued.token)))));

        assertThat(issued.control.check(issued.token, Right.READ, CALL)).isInstanceOf(Granted.class);
        assertThat(issued.control.isCurrent(application)).isFalse();
    }

    @Test
    void twoTokensOfOneApplicationAreValidWhileOneReplacesTheOther() {
        AccessControl control = new AccessControl(new Applications(List.of(
                Application.of("application", "read", "default", TokenHash.of("old")),
                Application.of("application", "read", "default", TokenHash.of("new")))));

        assertThat(control.check("old", Right.READ, CALL)).isInstanceOf(Granted.class);
        assertThat(control.check("new", Right.READ, CALL)).isInstanceOf(Granted.class);
    }

    /** Access control for one application, and the token of it. */
    private static final class Issued {

        private final String token;
        private final AccessControl control;

        Issued(String name, String rights, String contexts) {
            token = "token of " + name;
            control = new AccessControl(
                    new Applications(List.of(Application.of(name, rights, contexts, TokenHash.of(token)))));
        }
    }
}
