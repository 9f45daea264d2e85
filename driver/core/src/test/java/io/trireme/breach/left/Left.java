package io.trireme.breach.left;

import io.trireme.breach.right.Right;

/** Half a cycle. */
public record Left(Right right) {}
