package io.taskstatus.gateway.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExecutionIdTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "0f8fad5b-d9cb-469f-a165-70867728950e", "A.z_0~-", "...", "a..", ".a", "-", "~"})
    void whatTheContractAllowsIsAnId(String value) {
        assertThat(ExecutionId.parse(value)).map(ExecutionId::value).contains(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a b",
                "a/b",
                "a%b",
                "a\u0000",
                "a\n",
                "a;b",
                "a+b",
                "a:b",
                "é",
                "\u212A",
                "a\uD83D\uDE00"
            })
    void anythingElseIsNone(String value) {
        assertThat(ExecutionId.parse(value)).isEmpty();
        assertThatThrownBy(() -> new ExecutionId(value)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anIdHasAtMost128Characters() {
        assertThat(ExecutionId.parse("a".repeat(128))).isPresent();
        assertThat(ExecutionId.parse("a".repeat(129))).isEmpty();
        assertThat(ExecutionId.parseEncoded("%61".repeat(128))).isPresent();
        assertThat(ExecutionId.parseEncoded("%61".repeat(128) + "b")).isEmpty();
        assertThat(ExecutionId.parseEncoded("%61" + "b".repeat(128))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"abc,abc", "%61bc,abc", "%61%62%63,abc", "a%2Eb,a.b", "a%2eb,a.b", "%7E,~", "%41,A"})
    void percentDecodingIsDoneOnce(String encoded, String decoded) {
        assertThat(ExecutionId.parseEncoded(encoded)).map(ExecutionId::value).contains(decoded);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "%",
                "a%",
                "a%6",
                "%6",
                "%g1",
                "%1g",
                "%%61",
                "%2",
                "%2F",
                "a%2Fb",
                "%00",
                "%0a",
                "%2561",
                "%2e",
                "%2E%2e",
                "%C3%A9",
                "a%\u0661\u0661",
                "%-1",
                "%+1"
            })
    void malformedOrForbiddenEncodingsAreNone(String encoded) {
        assertThat(ExecutionId.parseEncoded(encoded)).isEmpty();
    }

    @Property(tries = 500)
    void parsingNeverThrows(@ForAll @StringLength(max = 400) String any) {
        ExecutionId.parse(any);
        ExecutionId.parseEncoded(any);
    }

    @Property(tries = 300)
    void whatIsFullyEncodedDecodesToItself(
            @ForAll
                    @StringLength(min = 1, max = 128)
                    @CharRange(from = 'a', to = 'z')
                    @CharRange(from = '0', to = '9')
                    @Chars({'-', '_', '~', 'A', 'Z'})
                    String value) {
        StringBuilder encoded = new StringBuilder();
        value.chars().forEach(c -> encoded.append('%').append(Integer.toHexString(c)));

        assertThat(ExecutionId.parseEncoded(encoded.toString()))
                .map(ExecutionId::value)
                .contains(value);
    }

    @Test
    void aNameIsComparedWithoutAsciiCase() {
        ExecutionId id = new ExecutionId("aB-9z");

        assertThat(id.isNamed("Ab-9Z")).isTrue();
        assertThat(id.isNamed("aB-9z0")).isFalse();
        assertThat(id.isNamed("aB-8z")).isFalse();
        assertThat(new ExecutionId("k").isNamed("\u212A")).isFalse();
        assertThat(new ExecutionId("_").isNamed("\u007F")).isFalse();
    }

    @Test
    void idsDifferByCase() {
        assertThat(new ExecutionId("abc")).isNotEqualTo(new ExecutionId("ABC")).isEqualTo(new ExecutionId("abc"));
    }

    @ParameterizedTest
    @CsvSource({"a,a…", "ab,ab…", "abc,ab…", "abcdefghijkl,ab…", "abcdefghijklm,abcdefgh…"})
    void aLogNeverHoldsTheWholeOfIt(String value, String logged) {
        assertThat(new ExecutionId(value)).hasToString(logged);
    }
}
