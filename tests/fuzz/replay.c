/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Feeds every file of a corpus folder to a fuzz target, from a heap block of exactly its size so
 * that an over-read is seen by the sanitizers, and again with its end cut off: at every length up
 * to 256 bytes, and at every eighth up to 512, as whole conversations are long and each takes
 * milliseconds. An empty or missing corpus is a failure: a replay that reads nothing proves nothing.
 */
#include <glib.h>

#include <string.h>

#define DENSE  256
#define SPARSE 256

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
run_one (const guint8 *data, gsize size)
{
  guint8 *block = g_malloc (size + (size == 0));

  if (size > 0)
    memcpy (block, data, size);
  LLVMFuzzerTestOneInput (block, size);
  g_free (block);
}

int
main (int argc, char **argv)
{
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GError) error = NULL;
  const char *name;
  guint files = 0;

  if (argc != 2) {
    g_printerr ("usage: %s CORPUS-FOLDER\n", argv[0]);
    return 2;
  }
  dir = g_dir_open (argv[1], 0, &error);
  if (dir == NULL) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (argv[1], name, NULL);
    g_autofree char *data = NULL;
    gsize size;

    if (!g_file_get_contents (path, &data, &size, &error)) {
      g_printerr ("%s\n", error->message);
      return 1;
    }
    for (gsize cut = 0; cut < MIN (size, DENSE + SPARSE); cut += cut < DENSE ? 1 : 8)
      run_one ((const guint8 *) data, cut);
    run_one ((const guint8 *) data, size);
    files++;
  }
  g_print ("replayed %u files\n", files);
  return files > 0 ? 0 : 1;
}
