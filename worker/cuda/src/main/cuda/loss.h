// Losses: one block of 32 threads a row. Each writes the row's loss, the output, and the error of the pre-output.
#pragma once
#include "layers.h"

// softmax with cross-entropy; probabilities are clipped to [clip, 1 - clip] in the loss only
KERNEL(32) softmaxLoss(int width, float clip, const float *z, const float *labels, float *out, float *error, float *losses) {
  SHARED(scratch, 32);
  int t = (int)threadIdx.x;
  long row = (long)blockIdx.x * width;
  float top = z[row];
  for (int i = 1; i < width; i++) {
    float v = z[row + i];
    top = v > top ? v : top;
  }
  float s = 0.0f;
  for (int i = t; i < width; i += 32) s = s + exponential(z[row + i] - top);
  s = blockSum(scratch, s);
  float loss = 0.0f;
  for (int i = t; i < width; i += 32) {
    float p = __fdiv_rn(exponential(z[row + i] - top), s);
    out[row + i] = p;
    if (labels) {
      float y = labels[row + i];
      error[row + i] = p - y;
      if (y != 0.0f) {
        float c = p < clip ? clip : (p > 1.0f - clip ? 1.0f - clip : p);
        loss = fmaf(-y, logarithm(c), loss);
      }
    }
  }
  loss = blockSum(scratch, loss);
  if (labels && t == 0) losses[blockIdx.x] = loss;
}

// sigmoid with cross-entropy
KERNEL(32) sigmoidLoss(int width, float clip, const float *z, const float *labels, float *out, float *error, float *losses) {
  SHARED(scratch, 32);
  long row = (long)blockIdx.x * width;
  float loss = 0.0f;
  for (int i = (int)threadIdx.x; i < width; i += 32) {
    float x = z[row + i], p = sigmoidOf(x);
    out[row + i] = p;
    if (labels) {
      float y = labels[row + i];
      error[row + i] = p - y;
      // log(1 + exp(-|x|)) + max(x, 0) - x y: exact where p rounds to 0 or 1
      float a = x < 0.0f ? -x : x;
      loss = loss + fmaf(-x, y, x > 0.0f ? x : 0.0f) + logarithm(1.0f + exponential(-a));
    }
  }
  loss = blockSum(scratch, loss);
  if (labels && threadIdx.x == 0) losses[blockIdx.x] = loss;
}

// mean over the row's outputs of the squared difference; identity output
KERNEL(32) squaredLoss(int width, float clip, const float *z, const float *labels, float *out, float *error, float *losses) {
  SHARED(scratch, 32);
  long row = (long)blockIdx.x * width;
  float loss = 0.0f, w = (float)width;
  for (int i = (int)threadIdx.x; i < width; i += 32) {
    float x = z[row + i];
    out[row + i] = x;
    if (labels) {
      float d = x - labels[row + i];
      error[row + i] = __fdiv_rn(2.0f * d, w);
      loss = fmaf(d, d, loss);
    }
  }
  loss = blockSum(scratch, loss);
  if (labels && threadIdx.x == 0) losses[blockIdx.x] = __fdiv_rn(loss, w);
}
