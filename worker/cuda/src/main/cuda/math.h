// Functions whose bits do not depend on the card or the compiler: explicit fmaf, one order of operations.
#pragma once
#include "portable.h"

// exp by Cody and Waite's reduction and a polynomial of degree 6.
INLINE float exponential(float x) {
  if (x < -87.0f) return 0.0f;
  if (x > 88.0f) x = 88.0f;
  float k = rintf(x * 1.44269504f);
  float r = fmaf(k, -0.693359375f, x);
  r = fmaf(k, 2.12194440e-4f, r);
  float p = fmaf(r, 1.9875691500e-4f, 1.3981999507e-3f);
  p = fmaf(p, r, 8.3334519073e-3f);
  p = fmaf(p, r, 4.1665795894e-2f);
  p = fmaf(p, r, 1.6666665459e-1f);
  p = fmaf(p, r, 5.0000001201e-1f);
  p = fmaf(p, r * r, r) + 1.0f;
  return p * __int_as_float(((int)k + 127) << 23);
}

// Natural logarithm of a positive normal number (Cephes' polynomial).
INLINE float logarithm(float x) {
  int bits = __float_as_int(x);
  int e = (bits >> 23) - 126;
  float m = __int_as_float((bits & 0x007fffff) | 0x3f000000);
  if (m < 0.707106781f) {
    e = e - 1;
    m = m + m;
  }
  m = m - 1.0f;
  float z = m * m;
  float p = fmaf(7.0376836292e-2f, m, -1.1514610310e-1f);
  p = fmaf(p, m, 1.1676998740e-1f);
  p = fmaf(p, m, -1.2420140846e-1f);
  p = fmaf(p, m, 1.4249322787e-1f);
  p = fmaf(p, m, -1.6668057665e-1f);
  p = fmaf(p, m, 2.0000714765e-1f);
  p = fmaf(p, m, -2.4999993993e-1f);
  p = fmaf(p, m, 3.3333331174e-1f);
  float y = p * m * z;
  float f = (float)e;
  y = fmaf(f, -2.12194440e-4f, y);
  y = fmaf(z, -0.5f, y);
  return fmaf(f, 0.693359375f, m + y);
}

INLINE float sigmoidOf(float x) {
  float e = exponential(x < 0.0f ? x : -x);
  float s = __fdiv_rn(1.0f, 1.0f + e);
  return x < 0.0f ? e * s : s;
}

INLINE float tanhOf(float x) {
  float a = x < 0.0f ? -x : x;
  float t;
  if (a < 0.25f) {
    float z = a * a;
    float p = fmaf(z, -5.70498872745e-3f, 2.06390887954e-2f);
    p = fmaf(p, z, -5.37397155531e-2f);
    p = fmaf(p, z, 1.33314422036e-1f);
    p = fmaf(p, z, -3.33332819422e-1f);
    t = fmaf(p * z, a, a);
  } else {
    float e = exponential(-2.0f * a);
    t = __fdiv_rn(1.0f - e, 1.0f + e);
  }
  return x < 0.0f ? -t : t;
}

// Activations by number; Activation.java holds the same numbers.
#define ACT_IDENTITY 0
#define ACT_RELU 1
#define ACT_TANH 2
#define ACT_SIGMOID 3
#define ACT_GELU 4
#define ACT_GELU_TANH 5
#define ACT_LEAKY_RELU 6
#define ACT_ELU 7
#define ACT_RELU6 8

INLINE float activate(int kind, float alpha, float x) {
  switch (kind) {
    case ACT_RELU: return x > 0.0f ? x : 0.0f;
    case ACT_TANH: return tanhOf(x);
    case ACT_SIGMOID: return sigmoidOf(x);
    case ACT_GELU: return x * sigmoidOf(1.702f * x);
    case ACT_GELU_TANH: {
      float u = 0.7978845608f * fmaf(0.044715f * x * x, x, x);
      return 0.5f * x * (1.0f + tanhOf(u));
    }
    case ACT_LEAKY_RELU: return x > 0.0f ? x : alpha * x;
    case ACT_ELU: return x > 0.0f ? x : alpha * (exponential(x) - 1.0f);
    case ACT_RELU6: return x > 0.0f ? (x < 6.0f ? x : 6.0f) : 0.0f;
    default: return x;
  }
}

// The derivative at the input x.
INLINE float slope(int kind, float alpha, float x) {
  switch (kind) {
    case ACT_RELU: return x > 0.0f ? 1.0f : 0.0f;
    case ACT_TANH: {
      float t = tanhOf(x);
      return fmaf(-t, t, 1.0f);
    }
    case ACT_SIGMOID: {
      float s = sigmoidOf(x);
      return s * (1.0f - s);
    }
    case ACT_GELU: {
      float s = sigmoidOf(1.702f * x);
      return fmaf(1.702f * x * s, 1.0f - s, s);
    }
    case ACT_GELU_TANH: {
      float u = 0.7978845608f * fmaf(0.044715f * x * x, x, x);
      float t = tanhOf(u);
      float d = 0.7978845608f * fmaf(3.0f * 0.044715f * x, x, 1.0f);
      return fmaf(0.5f * x * fmaf(-t, t, 1.0f), d, 0.5f * (1.0f + t));
    }
    case ACT_LEAKY_RELU: return x > 0.0f ? 1.0f : alpha;
    case ACT_ELU: return x > 0.0f ? 1.0f : alpha * exponential(x);
    case ACT_RELU6: return x > 0.0f && x < 6.0f ? 1.0f : 0.0f;
    default: return 1.0f;
  }
}
