/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * lanyard-thumb as it would be if a picture had taken it over: the first byte of the "picture" says
 * what is tried. What is refused as it must be answers with a picture of 1 x 1 pixels.
 */
#include "lan-thumb-decode.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

void
lan_thumb_prepare (void)
{
}

static gboolean
takes_memory (void)
{
  for (int i = 0; i < 1024; i++) {
    void *more = mmap (NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (more == MAP_FAILED)
      return TRUE; /* refused */
    memset (more, 1, 1 << 20);
  }
  return FALSE;
}

static gboolean
is_refused (char what, int target)
{
  const struct rlimit more = { RLIM_INFINITY, RLIM_INFINITY };
  char *const argv[] = { "true", NULL };
  guint8 socket_byte;

  switch (what) {
  case 'o':
    return open ("/etc/hostname", O_RDONLY) < 0 && openat (AT_FDCWD, "/tmp", O_RDONLY) < 0;
  case 's':
    return socket (AF_INET, SOCK_STREAM, 0) < 0 && socket (AF_UNIX, SOCK_STREAM, 0) < 0 &&
           recv (3, &socket_byte, 1, MSG_DONTWAIT) < 0 && send (3, "x", 1, 0) < 0;
  case 'e':
    return execv ("/bin/true", argv) < 0;
  case 'f':
    return fork () < 0;
  case 'k':
    return kill (getppid (), SIGKILL) < 0;
  case 'r':
    return setrlimit (RLIMIT_CPU, &more) < 0 && prctl (PR_SET_DUMPABLE, 1, 0, 0, 0) < 0;
  case 'w':
    return ftruncate (target, 1 << 20) < 0 && pwrite (target, "x", 1, 1 << 20) < 0;
  case 'm':
    return takes_memory ();
  default:
    return FALSE;
  }
}

void
lan_thumb_decode (int source, int target, const LanPictureRequest *request, LanPictureReply *reply)
{
  static const guint8 pixel[4] = { 1, 2, 3, 4 };
  char what = 0;

  *reply = (LanPictureReply){ .status = LAN_PICTURE_DAMAGED };
  if (read (source, &what, 1) != 1)
    return;
  if (what == 'c')
    raise (SIGSEGV);
  for (volatile int i = 0; what == 'l'; i = (i + 1) & 0xff) {
  }
  if (what == 'z') { /* a lie about the size */
    *reply = (LanPictureReply){ 0, LAN_PICTURE_OK, FALSE, 4096, 4096, 4096, 4096 };
  } else if (is_refused (what, target) && write (target, pixel, 4) == 4) {
    *reply = (LanPictureReply){ 0, LAN_PICTURE_OK, FALSE, 1, 1, 1, 1 };
  }
}
