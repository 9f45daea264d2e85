package io.trireme.driver.coordinator;

import io.trireme.common.wire.Peer;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/** Remembers each life that was given up for as long as the run lasts. */
public final class FencedLives implements LifeRegistry {

  private final LongSupplier incarnations;
  private final Set<Peer> fenced = new HashSet<>();
  private final Set<String> removed = new HashSet<>();

  /**
   * Of a run in which no life was given up.
   *
   * @param incarnations numbers of which none comes twice
   */
  public FencedLives(LongSupplier incarnations) {
    this.incarnations = incarnations;
  }

  @Override
  public long newIncarnation() {
    return incarnations.getAsLong();
  }

  @Override
  public void fence(Peer life) {
    fenced.add(life);
  }

  @Override
  public boolean isFenced(Peer life) {
    return fenced.contains(life);
  }

  @Override
  public void remove(String executor) {
    removed.add(executor);
  }

  @Override
  public boolean isRemoved(String executor) {
    return removed.contains(executor);
  }
}
