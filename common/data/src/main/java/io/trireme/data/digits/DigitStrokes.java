package io.trireme.data.digits;

/**
 * How the ten digits are written: for each digit some ways of writing it, each a few strokes.
 *
 * <p>A stroke is a start point and cubic Bezier pieces of three points each, as x, y pairs in a
 * unit square with y downwards.
 */
final class DigitStrokes {
  private static final float[][][][] DIGITS = {
    {
      {
        {
          .50f, .10f, .30f, .10f, .22f, .30f, .22f, .50f, .22f, .72f, .32f, .90f, .50f, .90f, .68f,
          .90f, .78f, .70f, .78f, .50f, .78f, .30f, .70f, .10f, .50f, .10f
        }
      },
      {
        {
          .60f, .12f, .36f, .04f, .24f, .32f, .25f, .54f, .26f, .78f, .38f, .92f, .54f, .88f, .74f,
          .82f, .80f, .56f, .75f, .36f, .71f, .18f, .60f, .10f, .46f, .16f
        }
      }
    },
    {
      {line(.52f, .10f, .50f, .90f)},
      {line(.36f, .28f, .54f, .10f), line(.54f, .10f, .53f, .90f)},
      {line(.34f, .28f, .52f, .11f), line(.52f, .11f, .51f, .88f), line(.32f, .89f, .70f, .88f)}
    },
    {
      {
        {.27f, .28f, .30f, .04f, .74f, .04f, .72f, .33f, .70f, .52f, .44f, .66f, .26f, .88f},
        line(.26f, .88f, .77f, .87f)
      },
      {
        {
          .28f, .24f, .38f, .04f, .74f, .08f, .70f, .34f, .66f, .56f, .50f, .74f, .34f, .84f, .22f,
          .92f, .20f, .72f, .36f, .76f, .52f, .80f, .62f, .92f, .78f, .84f
        }
      }
    },
    {
      {
        {.27f, .20f, .38f, .04f, .74f, .06f, .70f, .30f, .68f, .46f, .52f, .47f, .42f, .47f},
        {.42f, .47f, .62f, .46f, .76f, .56f, .74f, .72f, .70f, .96f, .34f, .95f, .25f, .78f}
      },
      {
        line(.28f, .13f, .70f, .12f),
        line(.70f, .12f, .46f, .42f),
        {.46f, .42f, .66f, .42f, .78f, .56f, .74f, .72f, .70f, .94f, .36f, .96f, .26f, .80f}
      }
    },
    {
      {line(.34f, .12f, .25f, .56f), line(.25f, .56f, .77f, .55f), line(.66f, .14f, .62f, .90f)},
      {line(.62f, .10f, .24f, .62f), line(.24f, .62f, .79f, .61f), line(.62f, .10f, .61f, .90f)}
    },
    {
      {
        line(.72f, .12f, .35f, .13f),
        line(.35f, .13f, .31f, .46f),
        {.31f, .46f, .50f, .34f, .77f, .42f, .74f, .66f, .71f, .92f, .40f, .95f, .25f, .80f}
      },
      {
        {
          .74f, .14f, .62f, .10f, .50f, .12f, .40f, .14f, .30f, .30f, .34f, .42f, .46f, .46f, .64f,
          .48f, .76f, .58f, .70f, .74f, .62f, .94f, .38f, .90f, .24f, .82f
        }
      }
    },
    {
      {
        {
          .64f, .10f, .42f, .20f, .26f, .48f, .28f, .68f, .30f, .95f, .70f, .95f, .71f, .68f, .71f,
          .46f, .38f, .44f, .29f, .66f
        }
      },
      {
        {
          .48f, .08f, .32f, .28f, .28f, .50f, .28f, .66f, .28f, .92f, .62f, .96f, .68f, .74f, .72f,
          .54f, .46f, .50f, .30f, .72f
        }
      }
    },
    {
      {line(.25f, .14f, .74f, .13f), {.74f, .13f, .62f, .36f, .48f, .60f, .44f, .90f}},
      {
        line(.25f, .14f, .74f, .13f),
        {.74f, .13f, .62f, .36f, .50f, .60f, .42f, .90f},
        line(.36f, .52f, .70f, .50f)
      }
    },
    {
      {
        {
          .68f, .22f, .62f, .04f, .30f, .06f, .32f, .27f, .34f, .47f, .71f, .50f, .70f, .70f, .69f,
          .95f, .30f, .95f, .30f, .70f, .30f, .50f, .68f, .44f, .68f, .22f
        }
      },
      {
        {.50f, .46f, .30f, .44f, .28f, .10f, .50f, .10f, .72f, .10f, .70f, .44f, .50f, .46f},
        {.50f, .46f, .22f, .50f, .22f, .90f, .50f, .90f, .78f, .90f, .78f, .50f, .50f, .46f}
      }
    },
    {
      {
        {.70f, .30f, .66f, .04f, .29f, .06f, .29f, .30f, .29f, .54f, .64f, .54f, .70f, .30f},
        {.70f, .30f, .71f, .50f, .68f, .70f, .60f, .90f}
      },
      {
        {.68f, .26f, .58f, .04f, .30f, .10f, .30f, .32f, .32f, .52f, .62f, .50f, .69f, .24f},
        {.69f, .24f, .76f, .60f, .68f, .94f, .34f, .86f}
      }
    }
  };

  private DigitStrokes() {}

  /** Number of digits. */
  static int digits() {
    return DIGITS.length;
  }

  /** Ways of writing a digit; each is an array of strokes. */
  static float[][][] waysOf(int digit) {
    return DIGITS[digit];
  }

  private static float[] line(float x0, float y0, float x1, float y1) {
    float dx = (x1 - x0) / 3;
    float dy = (y1 - y0) / 3;
    return new float[] {x0, y0, x0 + dx, y0 + dy, x1 - dx, y1 - dy, x1, y1};
  }
}
