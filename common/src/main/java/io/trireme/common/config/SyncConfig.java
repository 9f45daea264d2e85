package io.trireme.common.config;

/**
 * How workers wait for each other.
 *
 * @param mode {@code bsp}: every step waits for every slot
 */
public record SyncConfig(String mode) {}
