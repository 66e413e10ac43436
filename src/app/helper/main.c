/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * lanyard-thumb: pictures of strangers to pixels. It waits at descriptor 3 for requests and answers
 * each from a child of its own, so that no picture sees another and a picture's crash is its own. The
 * child has only the two descriptors of its picture; what it found out is read when it has ended.
 */
#include "lan-thumb-confine.h"
#include "lan-thumb-decode.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOCKET_FD 3
#define FILES     2 /* with each request: source and target */

static void
close_files (const int files[FILES])
{
  for (int i = 0; i < FILES; i++) {
    if (files[i] >= 0)
      close (files[i]);
  }
}

/* The length of what came, 0 at the end of it all. Files that are not there are -1. */
static gssize
receive (guint8 *data, gsize size, int files[FILES])
{
  union {
    char bytes[CMSG_SPACE (FILES * sizeof (int))];
    struct cmsghdr align;
  } control;
  struct iovec vector = { data, size };
  struct msghdr message = { .msg_iov = &vector,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes };
  gssize n;

  do
    n = recvmsg (SOCKET_FD, &message, MSG_CMSG_CLOEXEC);
  while (n < 0 && errno == EINTR);
  for (int i = 0; i < FILES; i++)
    files[i] = -1;
  for (struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR (&message) : NULL; c != NULL;
       c = CMSG_NXTHDR (&message, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
      memcpy (files, CMSG_DATA (c), MIN (c->cmsg_len - CMSG_LEN (0), FILES * sizeof (int)));
  }
  return n;
}

/* In the child: never comes back. */
G_GNUC_NORETURN static void
work (const LanPictureRequest *request, const int files[FILES], pid_t parent,
      LanPictureReply *result)
{
  LanPictureReply reply;

  close (SOCKET_FD);
  /* Nobody waits any more when the parent was ended in between. */
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid () != parent || !lan_thumb_confine_child ())
    _exit (1);
  lan_thumb_decode (files[0], files[1], request, &reply);
  *result = reply;
  _exit (0);
}

/* Answers one request. @shared: memory that children see too. */
static gboolean
serve (const LanPictureRequest *request, const int files[FILES], LanPictureReply *shared)
{
  LanPictureReply reply = { .status = LAN_PICTURE_LIMIT };
  guint8 out[LAN_PICTURE_REPLY_BYTES];
  int status = 0;
  pid_t self = getpid (), pid;

  *shared = reply;
  pid = fork ();
  if (pid == 0)
    work (request, files, self, shared);
  close_files (files);
  while (pid > 0 && waitpid (pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (pid > 0 && WIFEXITED (status) && WEXITSTATUS (status) == 0)
    reply = *shared;
  reply.id = request->id;
  lan_picture_reply_encode (&reply, out);
  return send (SOCKET_FD, out, sizeof out, MSG_NOSIGNAL) == (gssize) sizeof out;
}

int
main (void)
{
  LanPictureReply *shared =
      mmap (NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  LanPictureRequest request;
  gboolean goes_on = TRUE;

  if (shared == MAP_FAILED)
    return 1;
  lan_thumb_prepare ();
  if (!lan_thumb_confine_parent ())
    return 1;
  while (goes_on) {
    guint8 data[LAN_PICTURE_REQUEST_BYTES + 1];
    int files[FILES];
    gssize n = receive (data, sizeof data, files);

    if (n <= 0)
      break;
    goes_on = lan_picture_request_decode (data, (gsize) n, &request) && files[0] >= 0 &&
              files[1] >= 0 && serve (&request, files, shared);
  }
  _exit (0);
}
