package io.trireme.common.breach;

import io.trireme.data.schema.Role;

/** The lowest room that knows one above. */
record UsesAbove(Role role) {}
