/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-batch-out.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>

struct _LanBatchOut {
  guint n;
  struct iovec vectors[LAN_BATCH_OUT_MAX];
  guint8 slots[LAN_BATCH_OUT_MAX][LAN_PATH_DATAGRAM_MAX];
};

/* One call carries at most this: the length field of UDP. */
G_STATIC_ASSERT (LAN_BATCH_OUT_MAX *LAN_PATH_DATAGRAM_MAX < 65500);

LanBatchOut *
lan_batch_out_new (void)
{
  LanBatchOut *out = g_new (LanBatchOut, 1);

  out->n = 0;
  return out;
}

void
lan_batch_out_free (LanBatchOut *out)
{
  g_free (out);
}

guint8 *
lan_batch_out_slot (LanBatchOut *out)
{
  g_assert (out->n < LAN_BATCH_OUT_MAX);
  return out->slots[out->n];
}

void
lan_batch_out_add (LanBatchOut *out, gsize len)
{
  out->vectors[out->n] = (struct iovec){ out->slots[out->n], len };
  out->n++;
}

gboolean
lan_batch_out_is_full (const LanBatchOut *out)
{
  return out->n == LAN_BATCH_OUT_MAX;
}

guint
lan_batch_out_count (const LanBatchOut *out)
{
  return out->n;
}

const guint8 *
lan_batch_out_get (const LanBatchOut *out, guint i, gsize *len)
{
  *len = out->vectors[i].iov_len;
  return out->slots[i];
}

void
lan_batch_out_clear (LanBatchOut *out)
{
  out->n = 0;
}

/* How many from @first on may go together: equal sizes, the last may be shorter. */
static guint
run_length (const LanBatchOut *out, guint first)
{
  gsize size = out->vectors[first].iov_len;
  guint i = first + 1;

  while (i < out->n && out->vectors[i].iov_len == size)
    i++;
  if (i < out->n && out->vectors[i].iov_len < size)
    i++;
  return i - first;
}

static gssize
send_run (LanBatchOut *out, int fd, const struct sockaddr_storage *to, guint first, guint n)
{
  union {
    char bytes[CMSG_SPACE (sizeof (guint16))];
    struct cmsghdr align;
  } control;
  struct msghdr message = { .msg_name = (gpointer) to,
                            .msg_namelen = to->ss_family == AF_INET6 ? sizeof (struct sockaddr_in6)
                                                                     : sizeof (struct sockaddr_in),
                            .msg_iov = &out->vectors[first],
                            .msg_iovlen = n };

  if (n > 1) {
    struct cmsghdr *header;
    guint16 size = (guint16) out->vectors[first].iov_len;

    memset (&control, 0, sizeof control);
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    header = CMSG_FIRSTHDR (&message);
    header->cmsg_level = SOL_UDP;
    header->cmsg_type = UDP_SEGMENT;
    header->cmsg_len = CMSG_LEN (sizeof size);
    memcpy (CMSG_DATA (header), &size, sizeof size);
  }
  return sendmsg (fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

gboolean
lan_batch_out_send (LanBatchOut *out, int fd, const struct sockaddr_storage *to, guint *first)
{
  for (*first = 0; *first < out->n;) {
    guint n = run_length (out, *first);

    if (send_run (out, fd, to, *first, n) < 0) {
      if (errno == ECONNREFUSED)
        continue; /* an ICMP error of an earlier datagram, told once */
      if (errno == EIO || errno == EINVAL || errno == EMSGSIZE || errno == EOPNOTSUPP ||
          errno == ENOPROTOOPT)
        return FALSE;
    }
    *first += n;
  }
  return TRUE;
}
