package io.taskstatus.gateway;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.config.ConfigMapping;
import io.vertx.core.spi.VertxServiceProvider;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rooms of the house and the doors between them. */
class ArchitectureTest {
    private static final String BASE = "io.taskstatus.gateway";
    private static final Pattern EMPTY_NAME =
            Pattern.compile("(.*(Manager|Helper|Util|Utils|Impl|Service|DTO|Dto)|(Base|Abstract)[A-Z].*|.*Base)");

    private static final JavaClasses CODE = new ClassFileImporter()
            .importUrl(GatewayConfig.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void theCoreRestsOnValuesAlone() {
        check(classes()
                .that()
                .resideInAPackage(room("status"))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        "java..", "org.jspecify..", "com.fasterxml.jackson.core..", room("status"))));
        check(classes()
                .that()
                .resideInAPackage(room("lookup"))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        "java..",
                        "org.jspecify..",
                        "com.github.benmanes.caffeine.cache..",
                        room("lookup"),
                        room("status"))));
    }

    @Test
    void theCoreBlocksAndTakesNoPartInReactiveStyles() {
        check(noClasses()
                .that()
                .resideInAnyPackage(room("status"), room("lookup"))
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.util\\.concurrent\\.(CompletableFuture|CompletionStage|Flow.*)"));
    }

    @Test
    void problemsKnowTheCoreOnly() {
        check(classes()
                .that()
                .resideInAPackage(room("problem"))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        "java..",
                        "org.jspecify..",
                        "com.fasterxml.jackson.core..",
                        room("problem"),
                        room("lookup"),
                        room("status"))));
    }

    @Test
    void theOuterRoomsNeverSeeEachOther() {
        Set<String> outer = Set.of("web", "operations", "upstream", "store");
        for (String room : outer) {
            String[] others = outer.stream()
                    .filter(other -> !other.equals(room))
                    .map(ArchitectureTest::room)
                    .toArray(String[]::new);
            check(noClasses()
                    .that()
                    .resideInAPackage(room(room))
                    .should()
                    .dependOnClassesThat(resideInAnyPackage(others)));
        }
    }

    @Test
    void nobodyLooksBackAtTheBase() {
        check(noClasses().that().resideOutsideOfPackage(BASE).should().dependOnClassesThat(resideInAPackage(BASE)));
    }

    @Test
    void onlyTheWiringAndTheRulesSeeTheSettings() {
        check(noClasses()
                .that()
                .haveNameNotMatching(Pattern.quote(BASE) + "\\.(\\w*Wiring|Storage|ConfigRules|GatewayConfig)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .haveNameMatching(Pattern.quote(BASE) + "\\.GatewayConfig(\\$.*)?"));
    }

    @Test
    void namesSaySomething() {
        check(noClasses().should(be(describe("named for nothing", type -> EMPTY_NAME
                .matcher(type.getSimpleName())
                .matches()))));
    }

    @Test
    void whatNobodyElseUsesIsNotPublic() {
        check(classes()
                .that()
                .areTopLevelClasses()
                .and()
                .arePublic()
                .and(describe("are not the framework's to find", type -> !isFoundByTheFramework(type)))
                .should(be(USED_ELSEWHERE)));
    }

    @Test
    void whatNobodyExtendsIsFinal() {
        check(classes()
                .that()
                .areNotInterfaces()
                .and()
                .areNotEnums()
                .and()
                .areNotAnonymousClasses()
                .and(describe("are not the framework's to extend", type -> !isFoundByTheFramework(type)))
                .and(describe("nobody extends", type -> type.getSubclasses().isEmpty()))
                .should()
                .haveModifier(JavaModifier.FINAL));
    }

    @Test
    void logsGoThroughTheLog() {
        check(GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING);
        check(noClasses()
                .that()
                // says why there is no log yet
                .doNotHaveSimpleName("StartFailure")
                .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS));
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> unmarked = CODE.stream()
                .map(JavaClass::getPackage)
                .filter(room -> !room.isAnnotatedWith(NullMarked.class))
                .map(JavaPackage::getName)
                .collect(Collectors.toSet());

        Assertions.assertThat(unmarked).isEmpty();
    }

    private static final DescribedPredicate<JavaClass> USED_ELSEWHERE =
            describe("used by another package", type -> type.getDirectDependenciesToSelf().stream()
                    .anyMatch(use -> !use.getOriginClass().getPackageName().equals(type.getPackageName())));

    /** Beans, resources, exception mappers and the main class, which Quarkus makes or calls. */
    private static boolean isFoundByTheFramework(JavaClass type) {
        return type.isAnnotatedWith(Singleton.class)
                || type.isAnnotatedWith(QuarkusMain.class)
                || type.isAnnotatedWith(ConfigMapping.class)
                || type.isAssignableTo(VertxServiceProvider.class)
                || type.getMethods().stream()
                        .flatMap(method -> method.getAnnotations().stream())
                        .anyMatch(
                                annotation -> annotation.getRawType().getName().endsWith("ServerExceptionMapper"))
                || type.getMethods().stream()
                        .flatMap(method -> method.getParameters().stream())
                        .anyMatch(parameter -> parameter.isAnnotatedWith("jakarta.enterprise.event.Observes"))
                || type.getAnnotations().stream()
                        .anyMatch(
                                annotation -> annotation.getRawType().getName().startsWith("jakarta."));
    }

    /** The build starts those in one process, and the rest of the tests in two without Quarkus. */
    @Test
    void testsInQuarkusAreTaggedAndLiveWhereTheBuildLooks() {
        JavaClasses tests = new ClassFileImporter()
                .importUrl(ArchitectureTest.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation());
        ArchRule rule = classes()
                .that()
                .areAnnotatedWith(QuarkusTest.class)
                .should(be(describe(
                        "tagged",
                        test -> test.getAnnotationOfType(Tag.class).value().equals("quarkus"))))
                .andShould()
                .resideInAPackage(room("upstream"));
        rule.check(tests);
    }

    private static String room(String name) {
        return BASE + "." + name;
    }

    private static void check(ArchRule rule) {
        rule.check(CODE);
    }
}
