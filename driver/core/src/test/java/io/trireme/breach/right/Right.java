package io.trireme.breach.right;

import io.trireme.breach.left.Left;

/** The other half. */
public record Right(Left left) {}
