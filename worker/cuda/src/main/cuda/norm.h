// Batch normalisation over [n][channels][plane]. A channel's values are summed in `chunks` parts, each by one block,
// and the parts in ascending order by every block that needs the sum.
#pragma once
#include "layers.h"

struct Norm {
  int channels, count, chunk, chunks;   // count: values a channel; chunk: values a part
  float epsilon, decay;
  int logDeviation;                     // the variance is kept as log10 of the deviation
  int relu;
  Divisor plane;
  INLINE long at(int channel, int i) const {
    int image = plane.quotient(i);
    return ((long)image * channels + channel) * (int)plane.by + (i - image * (int)plane.by);
  }
};

// parts[channel][chunk] = sums of x - shift and of its square, where shift is the channel's first value
KERNEL(256) normSums(Norm p, const float *x, float *parts) {
  SHARED(scratch, 256);
  int channel = (int)blockIdx.y, from = (int)blockIdx.x * p.chunk;
  int to = from + p.chunk < p.count ? from + p.chunk : p.count;
  float shift = x[p.at(channel, 0)], s = 0.0f, q = 0.0f;
  for (int i = from + (int)threadIdx.x; i < to; i += 256) {
    float v = x[p.at(channel, i)] - shift;
    s = s + v;
    q = fmaf(v, v, q);
  }
  s = blockSum(scratch, s);
  q = blockSum(scratch, q);
  if (threadIdx.x == 0) {
    float *to2 = parts + 2 * (channel * p.chunks + (int)blockIdx.x);
    to2[0] = s;
    to2[1] = q;
  }
}

INLINE float log10Of(float x) { return logarithm(x) * 0.4342944819f; }

// out = gamma (x - mean) / deviation + beta; the first part of a channel keeps mean and 1 / deviation for the
// backward pass and writes the gradient of the running statistics: what they change by.
KERNEL(256) normApply(Norm p, const float *x, const float *parts, const float *gamma, const float *beta, const float *runningMean,
                      const float *runningVariance, float *saved, float *meanGradient, float *varianceGradient, const float *residual,
                      float *out) {
  int channel = (int)blockIdx.y, from = (int)blockIdx.x * p.chunk;
  int to = from + p.chunk < p.count ? from + p.chunk : p.count;
  double s = 0, q = 0;
  for (int c = 0; c < p.chunks; c++) {
    s = s + parts[2 * (channel * p.chunks + c)];
    q = q + parts[2 * (channel * p.chunks + c) + 1];
  }
  float shift = x[p.at(channel, 0)];
  double m = s / p.count;
  float mean = (float)(m + shift), variance = (float)(q / p.count - m * m);
  float inverse = __fdiv_rn(1.0f, __fsqrt_rn(variance + p.epsilon));
  if (blockIdx.x == 0 && threadIdx.x == 0) {
    saved[2 * channel] = mean;
    saved[2 * channel + 1] = inverse;
    meanGradient[channel] = (1.0f - p.decay) * (runningMean[channel] - mean);
    float kept = runningVariance[channel];
    if (p.logDeviation) {
      float old = exponential(kept * 4.605170186f);
      float next = fmaf(p.decay, old, (1.0f - p.decay) * variance);
      varianceGradient[channel] = kept - 0.5f * log10Of(next);
    } else {
      varianceGradient[channel] = (1.0f - p.decay) * (kept - variance);
    }
  }
  float g = gamma ? gamma[channel] : 1.0f, b = beta ? beta[channel] : 0.0f;
  for (int i = from + (int)threadIdx.x; i < to; i += 256) {
    long at = p.at(channel, i);
    float v = fmaf(g, (x[at] - mean) * inverse, b);
    if (residual) v = v + residual[at];
    out[at] = p.relu && !(v > 0.0f) ? 0.0f : v;
  }
}

// the same with the running statistics, for inference
KERNEL(256) normInfer(Norm p, const float *x, const float *gamma, const float *beta, const float *runningMean,
                      const float *runningVariance, const float *residual, float *out) {
  int channel = (int)blockIdx.y, from = (int)blockIdx.x * p.chunk;
  int to = from + p.chunk < p.count ? from + p.chunk : p.count;
  float kept = runningVariance[channel], mean = runningMean[channel];
  float variance = p.logDeviation ? exponential(kept * 4.605170186f) : kept;
  float inverse = __fdiv_rn(1.0f, __fsqrt_rn(variance + p.epsilon));
  float g = gamma ? gamma[channel] : 1.0f, b = beta ? beta[channel] : 0.0f;
  for (int i = from + (int)threadIdx.x; i < to; i += 256) {
    long at = p.at(channel, i);
    float v = fmaf(g, (x[at] - mean) * inverse, b);
    if (residual) v = v + residual[at];
    out[at] = p.relu && !(v > 0.0f) ? 0.0f : v;
  }
}

// parts[channel][chunk] = sums of the error and of error * normalised x; where `out` of ReLU is not positive the error is zero
KERNEL(256) normBackSums(Norm p, const float *x, const float *saved, const float *out, const float *error, float *parts) {
  SHARED(scratch, 256);
  int channel = (int)blockIdx.y, from = (int)blockIdx.x * p.chunk;
  int to = from + p.chunk < p.count ? from + p.chunk : p.count;
  float mean = saved[2 * channel], inverse = saved[2 * channel + 1], s = 0.0f, q = 0.0f;
  for (int i = from + (int)threadIdx.x; i < to; i += 256) {
    long at = p.at(channel, i);
    float e = p.relu && !(out[at] > 0.0f) ? 0.0f : error[at];
    s = s + e;
    q = fmaf(e, (x[at] - mean) * inverse, q);
  }
  s = blockSum(scratch, s);
  q = blockSum(scratch, q);
  if (threadIdx.x == 0) {
    float *to2 = parts + 2 * (channel * p.chunks + (int)blockIdx.x);
    to2[0] = s;
    to2[1] = q;
  }
}

// the error of x, and the gradients of gamma and beta; the error of `residual` is the masked error
KERNEL(256) normBack(Norm p, int add, int addResidual, const float *x, const float *saved, const float *gamma, const float *parts,
                     const float *out, const float *error, float *gammaGradient, float *betaGradient, float *residualError,
                     float *xError) {
  int channel = (int)blockIdx.y, from = (int)blockIdx.x * p.chunk;
  int to = from + p.chunk < p.count ? from + p.chunk : p.count;
  double s = 0, q = 0;
  for (int c = 0; c < p.chunks; c++) {
    s = s + parts[2 * (channel * p.chunks + c)];
    q = q + parts[2 * (channel * p.chunks + c) + 1];
  }
  if (blockIdx.x == 0 && threadIdx.x == 0) {
    if (gammaGradient) gammaGradient[channel] = (float)q;
    if (betaGradient) betaGradient[channel] = (float)s;
  }
  if (!xError && !residualError) return;
  float mean = saved[2 * channel], inverse = saved[2 * channel + 1];
  float meanError = (float)(s / p.count), meanProduct = (float)(q / p.count);
  float g = (gamma ? gamma[channel] : 1.0f) * inverse;
  for (int i = from + (int)threadIdx.x; i < to; i += 256) {
    long at = p.at(channel, i);
    float e = p.relu && !(out[at] > 0.0f) ? 0.0f : error[at];
    float v = g * (e - meanError - (x[at] - mean) * inverse * meanProduct);
    if (residualError) residualError[at] = addResidual ? residualError[at] + e : e;
    if (xError) xError[at] = add ? xError[at] + v : v;
  }
}
