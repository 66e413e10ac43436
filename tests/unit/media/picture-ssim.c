/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "picture-ssim.h"

#define WINDOW 8
#define STEP   4
#define C1     (0.01 * 255 * 0.01 * 255)
#define C2     (0.03 * 255 * 0.03 * 255)

static double
window_ssim (const guint8 *one, const guint8 *two, guint stride)
{
  const double n = WINDOW * WINDOW;
  double a = 0, b = 0, aa = 0, bb = 0, ab = 0, var_a, var_b, cov;

  for (guint y = 0; y < WINDOW; y++) {
    for (guint x = 0; x < WINDOW; x++) {
      double p = one[y * stride + x], q = two[y * stride + x];

      a += p;
      b += q;
      aa += p * p;
      bb += q * q;
      ab += p * q;
    }
  }
  a /= n;
  b /= n;
  var_a = aa / n - a * a;
  var_b = bb / n - b * b;
  cov = ab / n - a * b;
  return (2 * a * b + C1) * (2 * cov + C2) / ((a * a + b * b + C1) * (var_a + var_b + C2));
}

double
picture_ssim (const guint8 *one, const guint8 *two, guint width, guint height)
{
  double sum = 0;
  guint n = 0;

  for (guint y = 0; y + WINDOW <= height; y += STEP) {
    for (guint x = 0; x + WINDOW <= width; x += STEP) {
      sum += window_ssim (one + (gsize) y * width + x, two + (gsize) y * width + x, width);
      n++;
    }
  }
  return n > 0 ? sum / n : 0;
}
