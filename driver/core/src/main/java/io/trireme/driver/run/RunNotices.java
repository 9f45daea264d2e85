package io.trireme.driver.run;

import java.util.function.Consumer;

/**
 * Where a run's caller hears what comes before its listeners do.
 *
 * @param notice takes what a person should know while the run waits; one line
 * @param warning takes what is odd, but does not keep the run from beginning; one line
 */
public record RunNotices(Consumer<String> notice, Consumer<String> warning) {}
