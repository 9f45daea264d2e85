package io.trireme.driver.breach;

import io.trireme.worker.dl4j.breach.Family;

/** A driver that names a model family. */
public record NamesFamily(Family family) {}
