/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-helper.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOCKET_FD 3
#define WAIT_MS   15000

struct _LanPictureHelper {
  GPid pid;   /* 0: none */
  int socket; /* -1: none */
  guint32 last_id;
  guint wait_ms;
};

typedef enum { ANSWERED, GONE, GAVE_UP } Outcome;

G_DEFINE_QUARK (lan - picture - error - quark, lan_picture_error)

static gboolean
fail_errno (GError **error, const char *what)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (code), "%s: %s", what,
               g_strerror (code));
  return FALSE;
}

static gboolean
fail_status (GError **error, LanPictureStatus status)
{
  const char *text = status == LAN_PICTURE_UNKNOWN ? _ ("This is not a picture that can be shown.")
                     : status == LAN_PICTURE_DAMAGED ? _ ("The picture is damaged.")
                     : status == LAN_PICTURE_TOO_LARGE
                         ? _ ("The picture is too large to be shown.")
                         : _ ("The picture could not be shown safely.");

  g_set_error_literal (error, LAN_PICTURE_ERROR, (gint) status, text);
  return FALSE;
}

/* ---- files ---- */

int
lan_picture_open (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  struct stat st;

  if (fd < 0 || fstat (fd, &st) != 0) {
    fail_errno (error, "open");
  } else if (!S_ISREG (st.st_mode)) {
    fail_status (error, LAN_PICTURE_UNKNOWN);
  } else if (st.st_size > LAN_PICTURE_FILE_MAX) {
    fail_status (error, LAN_PICTURE_TOO_LARGE);
  } else {
    return fd;
  }
  if (fd >= 0)
    close (fd);
  return -1;
}

int
lan_picture_open_bytes (GBytes *bytes, GError **error)
{
  int fd = memfd_create ("picture", MFD_CLOEXEC);
  gsize len, done = 0;
  const char *data = g_bytes_get_data (bytes, &len);

  while (fd >= 0 && done < len) {
    gssize n = write (fd, data + done, len - done);

    if (n <= 0 && errno != EINTR)
      break;
    done += n > 0 ? (gsize) n : 0;
  }
  if (fd >= 0 && done == len && lseek (fd, 0, SEEK_SET) == 0)
    return fd;
  fail_errno (error, "memory file");
  if (fd >= 0)
    close (fd);
  return -1;
}

/* What the helper writes to: of this size whatever it does. */
static int
open_target (gsize size)
{
  int fd = memfd_create ("pixels", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  if (fd >= 0 && (ftruncate (fd, (off_t) size) != 0 ||
                  fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)) {
    close (fd);
    return -1;
  }
  return fd;
}

/* ---- the process ---- */

static char *
find_program (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  const char *chosen = g_getenv ("LANYARD_THUMB");

  if (chosen != NULL)
    return g_strdup (chosen);
  if (self != NULL) { /* of a build that was not installed */
    g_autofree char *dir = g_path_get_dirname (self);
    g_autofree char *beside = g_build_filename (dir, "lanyard-thumb", NULL);

    if (g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
      return g_steal_pointer (&beside);
  }
  return g_strdup (LAN_THUMB_HELPER);
}

static void
stop (LanPictureHelper *helper)
{
  if (helper->socket >= 0)
    close (helper->socket);
  helper->socket = -1;
  if (helper->pid == 0)
    return;
  kill (helper->pid, SIGKILL); /* its child goes with it */
  while (waitpid (helper->pid, NULL, 0) < 0 && errno == EINTR) {
  }
  helper->pid = 0;
}

/* Nothing of our environment is of its business. */
static gboolean
start (LanPictureHelper *helper, GError **error)
{
  g_autofree char *program = find_program ();
  const char *argv[] = { program, NULL };
  const char *const envp[] = { "LC_ALL=C.UTF-8", "G_SLICE=always-malloc", NULL };
  int pair[2], to = SOCKET_FD;
  gboolean good;

  if (helper->pid != 0)
    return TRUE;
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    return fail_errno (error, "socketpair");
  good = g_spawn_async_with_pipes_and_fds (
      "/", argv, envp, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, -1, -1,
      -1, &pair[1], &to, 1, &helper->pid, NULL, NULL, NULL, error);
  close (pair[1]);
  helper->socket = pair[0];
  if (!good) {
    helper->pid = 0;
    stop (helper);
  }
  return good;
}

LanPictureHelper *
lan_picture_helper_new (void)
{
  LanPictureHelper *helper = g_new0 (LanPictureHelper, 1);

  helper->socket = -1;
  helper->wait_ms = WAIT_MS;
  return helper;
}

void
lan_picture_helper_free (LanPictureHelper *helper)
{
  if (helper == NULL)
    return;
  stop (helper);
  g_free (helper);
}

void
lan_picture_helper_set_wait (LanPictureHelper *helper, guint wait_ms)
{
  helper->wait_ms = wait_ms;
}

int
lan_picture_helper_get_pid (const LanPictureHelper *helper)
{
  return helper->pid;
}

/* ---- one picture ---- */

static gboolean
send_request (LanPictureHelper *helper, const LanPictureRequest *request, int source, int target)
{
  guint8 data[LAN_PICTURE_REQUEST_BYTES];
  const int files[2] = { source, target };
  union {
    char bytes[CMSG_SPACE (sizeof files)];
    struct cmsghdr align;
  } control = { 0 };
  struct iovec vector = { data, sizeof data };
  struct msghdr message = { .msg_iov = &vector,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes };
  struct cmsghdr *c = CMSG_FIRSTHDR (&message);

  lan_picture_request_encode (request, data);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN (sizeof files);
  memcpy (CMSG_DATA (c), files, sizeof files);
  return lseek (source, 0, SEEK_SET) == 0 &&
         sendmsg (helper->socket, &message, MSG_NOSIGNAL) == (gssize) sizeof data;
}

static Outcome
read_reply (LanPictureHelper *helper, const LanPictureRequest *request, LanPictureReply *reply)
{
  guint8 in[LAN_PICTURE_REPLY_BYTES + 1];
  gssize n = recv (helper->socket, in, sizeof in, MSG_DONTWAIT);

  if (n <= 0)
    return GONE;
  return lan_picture_reply_decode (in, (gsize) n, request, reply) ? ANSWERED : GAVE_UP;
}

static Outcome
wait_reply (LanPictureHelper *helper, const LanPictureRequest *request, GCancellable *cancellable,
            LanPictureReply *reply)
{
  gint64 end_us = g_get_monotonic_time () + (gint64) helper->wait_ms * 1000;
  GPollFD fds[2] = { { .fd = helper->socket, .events = G_IO_IN } };
  guint n = g_cancellable_make_pollfd (cancellable, &fds[1]) ? 2 : 1;
  Outcome outcome = GAVE_UP;
  gint64 left_us;

  while ((left_us = end_us - g_get_monotonic_time ()) > 0) {
    int ready = g_poll (fds, n, (int) (left_us / 1000) + 1);

    if (ready > 0 && fds[0].revents != 0) {
      outcome = read_reply (helper, request, reply);
      break;
    }
    if (ready > 0 || (ready < 0 && errno != EINTR))
      break;
  }
  if (n == 2)
    g_cancellable_release_fd (cancellable);
  return outcome;
}

static Outcome
ask (LanPictureHelper *helper, const LanPictureRequest *request, int source, int target,
     GCancellable *cancellable, LanPictureReply *reply)
{
  Outcome outcome = send_request (helper, request, source, target)
                        ? wait_reply (helper, request, cancellable, reply)
                        : GONE;

  if (outcome != ANSWERED)
    stop (helper);
  return outcome;
}

/* A copy: what the helper does to its memory afterwards is of no matter. */
static gboolean
take_pixels (int target, LanPicturePixels *out, GError **error)
{
  gsize len = (gsize) out->reply.width * out->reply.height * 4, done = 0;
  guint8 *pixels = g_malloc (len);

  while (done < len) {
    gssize n = pread (target, pixels + done, len - done, (off_t) done);

    if (n <= 0 && errno != EINTR)
      break;
    done += n > 0 ? (gsize) n : 0;
  }
  if (done < len) {
    g_free (pixels);
    return fail_errno (error, "pixels");
  }
  out->pixels = g_bytes_new_take (pixels, len);
  return TRUE;
}

gboolean
lan_picture_helper_run (LanPictureHelper *helper, int source, guint box_width, guint box_height,
                        GCancellable *cancellable, LanPicturePixels *out, GError **error)
{
  LanPictureRequest request = { ++helper->last_id, box_width, box_height };
  int target = open_target ((gsize) box_width * box_height * 4);
  Outcome outcome = GONE;
  gboolean good = FALSE;

  if (target < 0)
    return fail_errno (error, "memory file");
  /* One that died while nothing was asked of it gets a successor. */
  for (int i = 0; i < 2 && outcome == GONE; i++) {
    if (!start (helper, error)) {
      close (target);
      return FALSE;
    }
    outcome = ask (helper, &request, source, target, cancellable, &out->reply);
  }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    stop (helper);
  else if (outcome != ANSWERED)
    fail_status (error, LAN_PICTURE_LIMIT);
  else if (out->reply.status != LAN_PICTURE_OK)
    fail_status (error, out->reply.status);
  else
    good = take_pixels (target, out, error);
  close (target);
  return good;
}
