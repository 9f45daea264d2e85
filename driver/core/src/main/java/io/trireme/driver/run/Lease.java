package io.trireme.driver.run;

import io.trireme.common.checkpoint.LeaseLostException;
import java.io.IOException;

/** The right to run a job, which one driver at a time has. */
public interface Lease {

  /** For runs that need none, since no other driver can have their job. */
  Lease NONE =
      new Lease() {
        @Override
        public long token() {
          return 0;
        }

        @Override
        public void check() {}

        @Override
        public void ensure() {}
      };

  /** Distinguishes this holder from those before it. */
  long token();

  /**
   * Throws if the lease is known to be lost, or its time is over; quick, even while the file system
   * does not answer.
   */
  void check() throws LeaseLostException;

  /**
   * Makes sure that the lease is held; before every commit.
   *
   * @throws LeaseLostException if it is not
   */
  void ensure() throws IOException;
}
