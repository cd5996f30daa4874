package io.waybill.chassis.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.waybill.chassis.messaging.ReadPositions;
import io.waybill.chassis.messaging.ReadPositions.Delay;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerMapping;

/** A read model that has passed position 10 of 20. */
class PositionInterceptorTest {

    private static final String VIEW = "view";

    private final ReadPositions positions = mock();
    private final PositionInterceptor interceptor = new PositionInterceptor(positions, 1);
    private final MockHttpServletRequest request = new MockHttpServletRequest();
    private final MockHttpServletResponse response = new MockHttpServletResponse();
    private final HandlerMethod handler;

    PositionInterceptorTest() throws NoSuchMethodException {
        handler = new HandlerMethod(this, getClass().getDeclaredMethod("one"));
    }

    @ReadsFrom(value = VIEW, aggregate = "thing-{id}")
    void one() {}

    void unrelated() {}

    @BeforeEach
    void haveRead() {
        when(positions.passed(VIEW)).thenReturn(10L);
        when(positions.last()).thenReturn(20L);
        request.setAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE, Map.of("id", "7"));
    }

    @Test
    void letsWhoeverPresentsNoPositionThroughAndAsksNothing() {
        request.addHeader("Prefer", "wait=often");

        assertThat(interceptor.preHandle(request, response, handler)).isTrue();
        verify(positions, never()).passed(any());
        assertThat(response.getHeaderNames()).isEmpty();
    }

    @Test
    void caresOnlyForRequestsThatAReadModelAnswers() throws NoSuchMethodException {
        request.addHeader(WantedPosition.HEADER, "any");

        assertThat(interceptor.preHandle(request, response, new Object())).isTrue();
        assertThat(interceptor.preHandle(
                        request, response, new HandlerMethod(this, getClass().getDeclaredMethod("unrelated"))))
                .isTrue();
    }

    @Test
    void letsThroughWhatIsPassedAndSaysHowFarTheAnswerIs() {
        request.addHeader(WantedPosition.HEADER, "10");

        assertThat(interceptor.preHandle(request, response, handler)).isTrue();
        assertThat(response.getHeader(WantedPosition.HEADER)).isEqualTo("10");
        verify(positions, never()).await(any(), anyLong(), any());
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", delimiter = '|', textBlock = """
            -                           | 5  | -
            wait=2                      | 2  | wait=2
            respond-async, Wait = "3"   | 3  | wait=3
            wait=4; strictly, wait=1    | 4  | wait=4
            wait=0                      | 0  | wait=0
            wait=3600                   | 10 | wait=10
            return=minimal              | 5  | -
            """)
    void waitsAsLongAsThatIsPreferredButNotForLong(@Nullable String prefer, long seconds, @Nullable String applied) {
        when(positions.await(eq(VIEW), eq(11L), any())).thenReturn(CompletableFuture.completedFuture(true));
        request.setParameter(WantedPosition.PARAMETER, "11");
        if (prefer != null) {
            request.addHeader("Prefer", prefer);
        }

        assertThat(interceptor.preHandle(request, response, handler)).isTrue();
        verify(positions).await(VIEW, 11, Duration.ofSeconds(seconds));
        assertThat(response.getHeader("Preference-Applied")).isEqualTo(applied);
    }

    @ParameterizedTest
    @EnumSource(Delay.class)
    void saysWhyItWaitedInVain(Delay delay) {
        when(positions.await(eq(VIEW), eq(11L), any())).thenReturn(CompletableFuture.completedFuture(false));
        when(positions.delay(VIEW)).thenReturn(delay);
        request.addHeader(WantedPosition.HEADER, "11");

        RequestRefused refusal = refusal();
        assertThat(refusal.status().value()).isEqualTo(503);
        assertThat(refusal.code()).isEqualTo("READ_MODEL_" + delay);
    }

    @Test
    void saysThatWhatWasWrittenIsParked() {
        when(positions.isParked(VIEW, "thing-7")).thenReturn(true);
        request.addHeader(WantedPosition.HEADER, "9");

        assertThat(refusal().code()).isEqualTo("READ_MODEL_FAILED");
    }

    @Test
    void letsOnlySoManyWait() throws Exception {
        var passed = new CompletableFuture<Boolean>();
        when(positions.await(eq(VIEW), eq(11L), any())).thenReturn(passed);
        request.addHeader(WantedPosition.HEADER, "11");
        CompletableFuture<Boolean> first = CompletableFuture.supplyAsync(
                () -> interceptor.preHandle(request, new MockHttpServletResponse(), handler));
        verify(positions, timeout(10_000)).await(eq(VIEW), eq(11L), any());

        assertThat(refusal().code()).isEqualTo("OVERLOADED");
        passed.complete(true);
        assertThat(first).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(true);
        assertThat(interceptor.preHandle(request, response, handler)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", delimiter = '|', textBlock = """
            ''    | -   | -        | Waybill-Position | UNUSABLE_VALUE
            -1    | -   | -        | Waybill-Position | UNUSABLE_VALUE
            1.5   | -   | -        | Waybill-Position | UNUSABLE_VALUE
            ten   | -   | -        | Waybill-Position | UNUSABLE_VALUE
            9999999999999999999 | - | - | Waybill-Position | UNUSABLE_VALUE
            -     | ten | -        | position         | UNUSABLE_VALUE
            10    | 11  | -        | position         | ONE_OF_TWO
            10    | -   | wait     | Prefer           | -
            10    | -   | wait=    | Prefer           | UNUSABLE_VALUE
            10    | -   | wait=-1  | Prefer           | UNUSABLE_VALUE
            10    | -   | wait=5s  | Prefer           | UNUSABLE_VALUE
            21    | -   | -        | Waybill-Position | NO_SUCH_EVENT
            """)
    void refusesWhatCanBeNoPositionAndNoWait(
            @Nullable String header,
            @Nullable String parameter,
            @Nullable String prefer,
            String pointer,
            @Nullable String code) {
        if (header != null) {
            request.addHeader(WantedPosition.HEADER, header);
        }
        if (parameter != null) {
            request.setParameter(WantedPosition.PARAMETER, parameter);
        }
        if (prefer != null) {
            request.addHeader("Prefer", prefer);
        }

        if (code == null) {
            assertThat(interceptor.preHandle(request, response, handler)).isTrue();
        } else {
            assertThatExceptionOfType(InvalidRequest.class)
                    .isThrownBy(() -> interceptor.preHandle(request, response, handler))
                    .satisfies(invalid -> assertThat(invalid.faults())
                            .singleElement()
                            .satisfies(fault -> {
                                assertThat(fault.pointer()).isEqualTo(pointer);
                                assertThat(fault.code()).isEqualTo(code);
                            }));
        }
    }

    private RequestRefused refusal() {
        return catchThrowableOfType(
                RequestRefused.class, () -> interceptor.preHandle(request, new MockHttpServletResponse(), handler));
    }
}
