package io.trireme.worker.dl4j.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.kernels.memory.FloatVector;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ReLU and pooling in one pass against the two written out. */
class PoolKernelTest {
  private static final int IMAGES = 3;

  @ParameterizedTest
  @CsvSource({
    "6,4,5,2,2,false",
    "6,4,5,2,2,true",
    "7,5,3,2,2,false",
    "7,8,2,3,2,true",
    "4,3,6,1,1,true"
  })
  void equalsReluThenPooling(int rows, int columns, int channels, int h, int w, boolean planar) {
    PoolKernel kernel = new PoolKernel(rows, columns, channels, h, w, planar);
    int length = rows * columns * channels;
    int pooledLength = kernel.pooledLength();
    Random random = new Random(rows * 31L + columns);
    try (FloatVector source = FloatVector.zeros("source", IMAGES * length);
        FloatVector pooled = FloatVector.zeros("pooled", IMAGES * pooledLength);
        FloatVector errors = FloatVector.zeros("errors", IMAGES * pooledLength);
        FloatVector back = FloatVector.zeros("back", IMAGES * length)) {
      for (int i = 0; i < IMAGES * length; i++) {
        // Few distinct values, so that windows have ties.
        source.array().putScalar(i, random.nextInt(7) - 3);
        back.array().putScalar(i, Float.NaN);
      }
      for (int i = 0; i < IMAGES * pooledLength; i++) {
        errors.array().putScalar(i, random.nextFloat() - 0.5f);
      }
      byte[] chosen = new byte[IMAGES * pooledLength];

      kernel.forward(IMAGES, address(source), address(pooled), chosen);
      kernel.backward(IMAGES, address(errors), chosen, address(back));

      float[] in = source.array().toFloatVector();
      float[] error = errors.array().toFloatVector();
      float[] expectedPooled = new float[IMAGES * pooledLength];
      float[] expectedBack = new float[IMAGES * length];
      for (int n = 0; n < IMAGES; n++) {
        for (int y = 0; y < kernel.pooledRows(); y++) {
          for (int x = 0; x < kernel.pooledColumns(); x++) {
            for (int c = 0; c < channels; c++) {
              int best = -1;
              for (int k = 0; k < h * w; k++) {
                int row = y * h + k / w;
                int column = x * w + k % w;
                int at = ((n * rows + row) * columns + column) * channels + c;
                best = in[at] > 0 && (best < 0 || in[at] > in[best]) ? at : best;
              }
              int to =
                  planar
                      ? ((n * channels + c) * kernel.pooledRows() + y) * kernel.pooledColumns() + x
                      : ((n * kernel.pooledRows() + y) * kernel.pooledColumns() + x) * channels + c;
              if (best >= 0) {
                expectedPooled[to] = in[best];
                expectedBack[best] = error[to];
              }
            }
          }
        }
      }
      assertThat(pooled.array().toFloatVector()).containsExactly(expectedPooled);
      assertThat(back.array().toFloatVector()).containsExactly(expectedBack);
    }
  }

  private static long address(FloatVector vector) {
    return ChainArrays.address(vector.array());
  }
}
