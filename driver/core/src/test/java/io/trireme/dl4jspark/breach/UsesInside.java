package io.trireme.dl4jspark.breach;

import io.trireme.driver.breach.NamesFamily;

/** A thin module that reaches behind the API. */
record UsesInside(NamesFamily inside) {}
