/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Compares pictures (PPM) by what the eye sees.
 *   page-like PICTURE            how like the page of text that it says it is: "NUMBER SSIM"
 *   page-like PICTURE OTHER      how like each other they are: "SSIM"
 *   page-like --draw NUMBER WIDTH HEIGHT PICTURE   draws a page
 */
#include "lan-picture-page.h"
#include "lan-picture-pattern.h"
#include "picture-ssim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
die (const char *text)
{
  fprintf (stderr, "page-like: %s\n", text);
  exit (1);
}

/* Luma as the codec has it (BT.601, 16 to 235). */
static guint8 *
read_luma (const char *path, guint *width, guint *height)
{
  g_autofree char *data = NULL;
  const guint8 *rgb;
  guint8 *luma;
  gsize len, pixels;
  int head = 0;

  if (!g_file_get_contents (path, &data, &len, NULL) ||
      sscanf (data, "P6\n%u %u\n255%n", width, height, &head) != 2 || head == 0)
    die ("no PPM");
  pixels = (gsize) *width * *height;
  if (*width > 8192 || *height > 8192 || len != (gsize) head + 1 + pixels * 3)
    die ("a PPM of another size than it says");
  rgb = (const guint8 *) data + head + 1;
  luma = g_malloc (pixels);
  for (gsize i = 0; i < pixels; i++)
    luma[i] =
        (guint8) (16 + (66 * rgb[3 * i] + 129 * rgb[3 * i + 1] + 25 * rgb[3 * i + 2] + 128) / 256);
  return luma;
}

static guint8 *
draw (guint32 number, guint width, guint height)
{
  guint8 *bytes = g_malloc (lan_picture_image_bytes (width, height));
  LanPictureImage image;

  lan_picture_image_init (&image, bytes, width, height);
  lan_picture_page_draw (number, &image);
  return bytes;
}

static guint32
number_of (guint8 *luma, guint width, guint height)
{
  LanPictureImage image = { .width = width, .height = height };

  image.planes[0] = luma;
  image.strides[0] = (int) width;
  return lan_picture_pattern_read (&image);
}

static void
draw_file (guint32 number, guint width, guint height, const char *path)
{
  g_autofree guint8 *bytes = draw (number, width, height);
  g_autoptr (GBytes) rgb = lan_picture_image_to_rgb (bytes, width, height);
  FILE *f = fopen (path, "wb");

  if (f == NULL || fprintf (f, "P6\n%u %u\n255\n", width, height) < 0 ||
      fwrite (g_bytes_get_data (rgb, NULL), 3, (gsize) width * height, f) !=
          (gsize) width * height ||
      fclose (f) != 0)
    die ("cannot write");
}

int
main (int argc, char **argv)
{
  guint width, height, other_width, other_height;
  g_autofree guint8 *one = NULL, *two = NULL;

  if (argc == 6 && strcmp (argv[1], "--draw") == 0) {
    draw_file ((guint32) atoi (argv[2]), (guint) atoi (argv[3]), (guint) atoi (argv[4]), argv[5]);
    return 0;
  }
  if (argc != 2 && argc != 3)
    die ("usage");
  one = read_luma (argv[1], &width, &height);
  if (argc == 2) {
    guint32 number = number_of (one, width, height);

    two = draw (number & 0xffff, width, height);
    printf ("%u %.5f\n", number, picture_ssim (one, two, width, height));
    return 0;
  }
  two = read_luma (argv[2], &other_width, &other_height);
  if (width != other_width || height != other_height)
    die ("of different sizes");
  printf ("%.5f\n", picture_ssim (one, two, width, height));
  return 0;
}
