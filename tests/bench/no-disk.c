/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Preloaded into lanyard-cli by files.py only: long files without a disk. What is read of a sparse file has its offset in
 * every page, so that no two leaves are alike; of what is written to a long file only the last byte of each piece is.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONG_FILE  ((off_t) 1 << 30)
#define PAGE_BYTES 4096
#define PIECE      (64 * 1024)

ssize_t pread64 (int fd, void *buffer, size_t len, off_t offset);
ssize_t __pread64_chk (int fd, void *buffer, size_t len, off_t offset, size_t room);
ssize_t pwrite64 (int fd, const void *buffer, size_t len, off_t offset);

static ssize_t
read_stamped (int fd, uint8_t *buffer, size_t len, off_t offset)
{
  static ssize_t (*real) (int, void *, size_t, off_t);
  ssize_t n;
  struct stat st;

  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "pread64");
  n = real (fd, buffer, len, offset);
  if (n > 0 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && st.st_size >= LONG_FILE) {
    for (size_t at = 0; at + sizeof (uint64_t) <= (size_t) n; at += PAGE_BYTES) {
      uint64_t stamp = (uint64_t) offset + at + 1;

      memcpy (buffer + at, &stamp, sizeof stamp);
    }
  }
  return n;
}

__attribute__ ((visibility ("default"))) ssize_t
pread64 (int fd, void *buffer, size_t len, off_t offset)
{
  return read_stamped (fd, buffer, len, offset);
}

__attribute__ ((visibility ("default"))) ssize_t
__pread64_chk (int fd, void *buffer, size_t len, off_t offset, size_t room)
{
  return read_stamped (fd, buffer, len < room ? len : room, offset);
}

__attribute__ ((visibility ("default"))) ssize_t
pwrite64 (int fd, const void *buffer, size_t len, off_t offset)
{
  static ssize_t (*real) (int, const void *, size_t, off_t);
  ssize_t n;

  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "pwrite64");
  if (len < PIECE)
    return real (fd, buffer, len, offset);
  n = real (fd, (const uint8_t *) buffer + len - 1, 1, offset + (off_t) len - 1);
  return n == 1 ? (ssize_t) len : n;
}
